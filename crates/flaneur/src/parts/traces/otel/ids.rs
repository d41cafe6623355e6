//! Ids of traces: a request and all the jobs that follow from it, in whatever process, stand in one trace.

use flaneur_catalog::request;
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use uuid::Uuid;

/// Makes a trace's id of the request's, so that either leads to the other.
#[derive(Debug, Default)]
pub struct Ids(RandomIdGenerator);

impl IdGenerator for Ids {
    fn new_trace_id(&self) -> TraceId {
        request::current().map_or_else(|| self.0.new_trace_id(), |id| of_request(&id))
    }

    fn new_span_id(&self) -> SpanId {
        self.0.new_span_id()
    }
}

/// The request's id without its hyphens; of ids that are no UUIDs, a hash.
pub fn of_request(id: &str) -> TraceId {
    let uuid = Uuid::parse_str(id).ok().filter(|uuid| !uuid.is_nil());
    TraceId::from_bytes(uuid.unwrap_or_else(|| Uuid::new_v5(&Uuid::NAMESPACE_OID, id.as_bytes())).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_trace_is_named_like_its_request() {
        let named = of_request("0193f0a0-7c3e-7000-8000-00000000beef");
        assert_eq!(named.to_string(), "0193f0a07c3e7000800000000000beef");
        assert_eq!(of_request("0193f0a07c3e7000800000000000beef"), named);
        for other in ["from-the-proxy.1", "00000000-0000-0000-0000-000000000000"] {
            assert_eq!(of_request(other), of_request(other));
            assert_ne!(of_request(other), TraceId::INVALID);
        }

        let ids = Ids::default();
        let within = request::scope("from-the-proxy.1".to_owned(), async { ids.new_trace_id() }).await;
        assert_eq!(within, of_request("from-the-proxy.1"));
        assert_ne!(ids.new_trace_id(), ids.new_trace_id(), "without a request, every trace is one of its own");
    }
}
