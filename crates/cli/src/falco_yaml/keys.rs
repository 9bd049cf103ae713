//! The top-level keys of Falco's configuration file: those read here, and those that mean nothing without Falco.

/// What is read, in the order of Falco's own file.
pub(super) const READ: &[&str] = &[
    "rules_files",
    "rules_file",
    "rules",
    "load_plugins",
    "plugins",
    "time_format_iso_8601",
    "priority",
    "json_output",
    "json_include_output_property",
    "json_include_message_property",
    "json_include_tags_property",
    "json_include_output_fields_property",
    "rule_matching",
    "stdout_output",
    "file_output",
    "http_output",
    "program_output",
];

/// What a falco.yaml may well hold (Falco 0.45 and before) and what has no meaning here: system calls, Falco's own log,
/// its servers, its tuning.
pub(super) const IGNORED: &[&str] = &[
    "base_syscalls",
    "buffer_format_base64",
    "buffered_outputs",
    "capture",
    "container_engines",
    "ebpf",
    "engine",
    "falco_libs",
    "grpc",
    "gvisor",
    "libs_logger",
    "log_level",
    "log_stderr",
    "log_syslog",
    "metadata_download",
    "metrics",
    "modern_bpf",
    "output_timeout",
    "outputs",
    "outputs_queue",
    "plugins_hostinfo",
    "syscall_buf_size_preset",
    "syscall_drop_failed_exit",
    "syscall_event_drops",
    "syscall_event_timeouts",
    "watch_config_files",
    "webserver",
];

/// What Falco would act on and this command does not: said once at start, so that nobody waits for it.
pub(super) const UNSUPPORTED: &[&str] =
    &["append_output", "config_files", "grpc_output", "static_fields", "syslog_output"];
