//! Why a request is not accepted: its status, its answer, its counter and what the host hears of it.

use std::net::IpAddr;

use audit_event::BodyError;
use hyper::StatusCode;

use crate::inbox::Inbox;
use crate::metrics::Counter;
use crate::problem::ProblemKind;
use crate::queue::Refused;

/// Why a request is not accepted. The `Display` text is the answer's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Rejection {
    #[error("requests from your address are not accepted")]
    SourceForbidden,
    #[error("send audit events with POST")]
    WrongMethod,
    #[error("nothing is served at this path")]
    WrongPath,
    #[error("the verification token is missing or wrong")]
    Unauthorized(TokenFault),
    #[error("the body is larger than {limit} bytes")]
    BodyTooLarge { limit: u32 },
    #[error("the body did not arrive completely in time")]
    BodyTooSlow,
    #[error("the body ended too early or is not valid HTTP")]
    BodyBroken,
    #[error(transparent)]
    NoEvent(BodyError),
    #[error(transparent)]
    Refused(Refused),
}

/// What is wrong with the token; for the operator, not for the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum TokenFault {
    #[error("no token")]
    Missing,
    #[error("more than one token")]
    Repeated,
    #[error("a wrong token")]
    Wrong,
}

impl Rejection {
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::SourceForbidden => StatusCode::FORBIDDEN,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::WrongPath => StatusCode::NOT_FOUND,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BodyBroken | Self::NoEvent(_) => StatusCode::BAD_REQUEST,
            Self::Refused(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Counts the rejection and, where the operator can do something about it, reports it.
    ///
    /// Wrong paths and methods are what every scanner tries, so they are only counted. What happens to events is
    /// counted and reported where it happens.
    pub(super) fn record(self, client: IpAddr, inbox: &Inbox) {
        tracing::debug!(%client, status = self.status().as_u16(), reason = %self, "request rejected");
        match self {
            Self::SourceForbidden => {
                inbox.count(Counter::SourceForbidden);
                inbox.report(ProblemKind::SourceForbidden, || {
                    format!("a request from {client} was refused: AllowedSources does not name that address")
                });
            }
            Self::WrongMethod => inbox.count(Counter::WrongMethod),
            Self::WrongPath => inbox.count(Counter::WrongPath),
            Self::Unauthorized(fault) => {
                inbox.count(Counter::Unauthorized);
                inbox.report(ProblemKind::Unauthorized, || format!("a request from {client} came with {fault}"));
            }
            Self::BodyTooLarge { limit } => {
                inbox.count(Counter::BodyTooLarge);
                inbox.report(ProblemKind::BodyTooLarge, || {
                    format!("an event from {client} is lost: its body is larger than {limit} bytes")
                });
            }
            Self::BodyTooSlow | Self::BodyBroken => {
                inbox.count(Counter::BodyIncomplete);
                inbox.report(ProblemKind::BodyIncomplete, || format!("an event from {client} is lost: {self}"));
            }
            Self::NoEvent(_) | Self::Refused(_) => {}
        }
    }
}
