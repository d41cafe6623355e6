//! Every request has an id, which stands in its answer, in every line of the log about it, and in the jobs it asks for.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use flaneur_catalog::world::World;
use http::{HeaderMap, HeaderName, HeaderValue};
use tracing::{Instrument as _, Span, field::Empty};

use super::metrics;

/// The header that carries the id.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id taken from a client or a proxy.
const LONGEST_ID: usize = 64;
/// Most of a path that is logged.
const LONGEST_PATH: usize = 200;
/// Below this, paths name tokens. They are logged as templates.
const SECRETIVE: &str = "/api/auth/";
/// Stands for the route of what has none.
pub const NO_ROUTE: &str = "none";

/// Gives a request its id and its line in the log, and counts it.
pub async fn follow(State(world): State<World>, mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let id = given(request.headers()).unwrap_or_else(|| world.id().to_string());
    let route = request.extensions().get::<MatchedPath>().map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    // The query is left out: it may hold what is not for the log.
    let path: String = if route.starts_with(SECRETIVE) {
        route.clone()
    } else {
        request.uri().path().chars().take(LONGEST_PATH).collect()
    };
    let span = tracing::info_span!("request", id, %method, path, route = Empty, status = Empty);
    let header = HeaderValue::from_str(&id).ok();
    if let Some(header) = &header {
        request.headers_mut().insert(HEADER, header.clone());
    }
    let request = request.map(metrics::http::received);
    let answering = async {
        let response = next.run(request).await;
        let took = start.elapsed();
        let status = response.status().as_u16();
        tracing::debug!(target: "flaneur::access", status, ms = took.as_millis() as u64, "answered");
        // For traces. Nothing is logged in this span any more, so these stand in no line.
        Span::current().record("route", route.as_str()).record("status", i64::from(status));
        metrics::http::answered(&route, method.as_str(), status, took.as_secs_f64());
        response
    };
    // The scope is around the span: the trace is named by the request.
    let mut response = flaneur_catalog::request::scope(id, answering.instrument(span)).await;
    if let Some(header) = header {
        response.headers_mut().insert(HEADER, header);
    }
    response.map(metrics::http::sent)
}

/// The id that came with the request, if it is one that may stand in a log.
fn given(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(HEADER)?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    ((1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(plain)).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(id: &[u8]) -> Option<String> {
        let value = HeaderValue::from_bytes(id).unwrap();
        given(&HeaderMap::from_iter([(HEADER, value)]))
    }

    #[test]
    fn an_id_is_taken_only_if_it_may_stand_in_a_log() {
        assert_eq!(seen(b"0193f0a0-7c3e_A.b").as_deref(), Some("0193f0a0-7c3e_A.b"));
        assert_eq!(seen(&[b'x'; LONGEST_ID]).map(|id| id.len()), Some(LONGEST_ID));
        for insane in [&b""[..], b"a b", b"a\"b", b"id=1 level=ERROR", b"\xc3\xa9", &[b'x'; LONGEST_ID + 1]] {
            assert_eq!(seen(insane), None, "{insane:?}");
        }
        assert_eq!(given(&HeaderMap::new()), None);
    }
}
