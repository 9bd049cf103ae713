//! One request: the checks in their order, its events into the inbox, its answer.

use std::fmt::Display;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use audit_event::{EventIndex, Origin, events};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, EXPECT, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};

use super::body;
use super::client_address::client_address;
use super::context::ConnectionContext;
use super::rejection::{Rejection, TokenFault};
use crate::event::ReceivedEvent;
use crate::metrics::Counter;
use crate::problem::ProblemKind;

static TOKEN_HEADER: HeaderName = HeaderName::from_static("x-gitlab-event-streaming-token");

/// Events of one body that are made safe together.
const EVENTS_AT_ONCE: usize = 1000;

/// Answers a request, whatever it is, without waiting for whoever takes the events.
pub(super) async fn answer(
    request: Request<Incoming>,
    peer: IpAddr,
    context: &ConnectionContext,
) -> Response<Full<Bytes>> {
    let begun = Instant::now();
    context.inbox.count(Counter::Requests);
    let client = client_address(peer, request.headers(), &context.trusted_proxies);
    match receive(request, client, context).await {
        // The words of the Go plugin, which somebody's monitoring may look for.
        Ok(()) => {
            context.inbox.answered(begun.elapsed());
            text(StatusCode::OK, "Request Successful")
        }
        Err(rejection) => {
            rejection.record(client, &context.inbox);
            let mut answer = text(rejection.status(), rejection);
            if rejection == Rejection::WrongMethod {
                answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            }
            answer
        }
    }
}

async fn receive(request: Request<Incoming>, client: IpAddr, context: &ConnectionContext) -> Result<(), Rejection> {
    let (head, body) = request.into_parts();
    // Before the body: who has no token gets no memory.
    let instance = match admit(&head, client, context) {
        Ok(instance) => instance,
        Err(rejection) => {
            let is_crowded = context.is_crowded();
            let delay = match rejection {
                Rejection::Unauthorized(_) => context.failing_sources.failed(client, Instant::now()),
                _ => Duration::ZERO,
            };
            // Who is held back keeps a connection, which is what there are none to spare of.
            let delay = if is_crowded { Duration::ZERO } else { delay };
            let patience = if is_crowded { context.limits.hurried_timeout } else { context.limits.header_timeout };
            // Who expects 100 (Continue) has not sent a body and will not; asking for it would send that 100.
            if delay.is_zero() && !head.headers.contains_key(EXPECT) {
                body::discard(body, patience);
            } else {
                drop(body);
            }
            context.failing_sources.hold_back(delay).await;
            return Err(rejection);
        }
    };
    // The semaphore is never closed; this fails never.
    let _place = context.bodies.acquire().await;
    let body = body::read(body, &context.limits, &context.body_memory).await?;
    accept_events(&body.bytes, client, instance.as_ref(), context).await?;
    tracing::debug!(%client, status = StatusCode::OK.as_u16(), bytes = body.bytes.len(), "request accepted");
    Ok(())
}

/// What a request's head must be; gives the instance that the shown token belongs to. The content type is not looked at:
/// GitLab says `application/x-www-form-urlencoded` and sends JSON.
fn admit(head: &Parts, client: IpAddr, context: &ConnectionContext) -> Result<Option<Arc<str>>, Rejection> {
    if context.allowed_sources.as_ref().is_some_and(|allowed| !allowed.contains(client)) {
        return Err(Rejection::SourceForbidden);
    }
    if head.method != Method::POST {
        return Err(Rejection::WrongMethod);
    }
    if !context.path.serves(head.uri.path()) {
        return Err(Rejection::WrongPath);
    }
    let mut shown = head.headers.get_all(&TOKEN_HEADER).iter();
    let shown = match (shown.next(), shown.next()) {
        (None, _) => return Err(Rejection::Unauthorized(TokenFault::Missing)),
        (Some(_), Some(_)) => return Err(Rejection::Unauthorized(TokenFault::Repeated)),
        (Some(shown), None) => shown.as_bytes(),
    };
    let token = context.tokens.find(shown).ok_or(Rejection::Unauthorized(TokenFault::Wrong))?;
    Ok(token.instance)
}

/// Puts the body's events into the inbox and waits until they are safe there. Fails if none of them is, unless the body is
/// an empty array.
async fn accept_events(
    body: &[u8],
    client: IpAddr,
    instance: Option<&Arc<str>>,
    context: &ConnectionContext,
) -> Result<(), Rejection> {
    let inbox = &context.inbox;
    let (mut was_any_accepted, mut first_rejection) = (false, None);
    let mut index = EventIndex::default();
    let mut events = events(body).peekable();
    // A body may hold millions of tiny events, which take more memory than the body does.
    while events.peek().is_some() {
        let mut part = events.by_ref().take(EVENTS_AT_ONCE).filter_map(|event| {
            inbox.count(Counter::EventsReceived);
            let malformed = match event {
                Ok(json) => {
                    inbox.arrived(instance, 1);
                    return Some(ReceivedEvent::now(json, Origin::Webhook, instance.cloned()));
                }
                Err(error) => error,
            };
            inbox.count(Counter::EventsMalformed);
            inbox.report(ProblemKind::MalformedBody, || {
                format!("what {client} sent is not an audit event: {malformed}")
            });
            first_rejection.get_or_insert(Rejection::NoEvent(malformed));
            None
        });
        let accepted = inbox.accept(&mut part, &mut index).await;
        was_any_accepted |= accepted.count > 0;
        first_rejection = first_rejection.or(accepted.refused.map(Rejection::Refused));
        if events.peek().is_some() {
            // Millions of events would keep this thread from everybody else for seconds.
            tokio::task::yield_now().await;
        }
    }
    match first_rejection {
        Some(rejection) if !was_any_accepted => Err(rejection),
        _ => Ok(()),
    }
}

fn text(status: StatusCode, text: impl Display) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from(text.to_string()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}
