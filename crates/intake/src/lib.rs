//! How audit events arrive safely: webhook receiver, files, authentication.
