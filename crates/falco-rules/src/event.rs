//! What the language needs to know of an event.

use std::borrow::Cow;

use crate::schema::FieldId;
use crate::value::Value;

/// The argument a field is used with: `t.k[KEY]` or `t.ki[7]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Argument {
    /// The text between the brackets, without its quotes.
    Key(String),
    /// The number between the brackets.
    Index(u64),
}

/// One event, as conditions and outputs see it.
///
/// The value must be of the type that the [`Schema`](crate::Schema) gives the field; a value of another type counts as
/// absent.
pub trait Event {
    /// The value of a field, or `None` where the event has none. Called at most once an event for each field and
    /// argument.
    fn value(&self, field: FieldId, argument: Option<&Argument>) -> Option<Value<'_>>;

    /// `evt.num`: the number of the event, counted by the host from 1.
    fn number(&self) -> u64;

    /// `evt.rawtime`: when it happened, in nanoseconds since the epoch.
    fn time(&self) -> u64;

    /// The time of the first event, from which `evt.reltime` counts.
    fn first_event_time(&self) -> u64 {
        self.time()
    }

    /// `evt.hostname`: the host this runs on.
    fn hostname(&self) -> Option<&str> {
        None
    }

    /// `evt.plugininfo`: the event as one line of text.
    fn plugin_info(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// `evt.asynctype`: the name of an asynchronous event, or `None` for one of the source itself.
    fn async_type(&self) -> Option<&str> {
        None
    }
}
