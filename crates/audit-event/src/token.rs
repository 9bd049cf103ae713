//! The token an event is about.
