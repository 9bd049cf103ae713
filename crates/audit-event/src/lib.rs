//! What a GitLab audit event is: parse, fields, catalogue.
