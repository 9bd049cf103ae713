//! What `gitlab.pluginerror.kind` can say.

use intake::ProblemKind;

use crate::silence::STREAM_SILENT;

/// Every kind of problem that an event of type `pluginerror` reports, in no order that matters.
pub fn problem_kinds() -> impl Iterator<Item = &'static str> {
    ProblemKind::ALL.into_iter().map(ProblemKind::as_str).chain([STREAM_SILENT])
}
