//! What is counted of requests. Labels are of bounded number: templates of routes, not paths; known methods; classes of
//! statuses.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use metrics::{Counter, Gauge, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

const REQUESTS: &str = "flaneur_http_requests_total";
const DURATION: &str = "flaneur_http_request_duration_seconds";
const NOT_MODIFIED: &str = "flaneur_http_not_modified_total";
const RECEIVED: &str = "flaneur_http_received_bytes_total";
const SENT: &str = "flaneur_http_sent_bytes_total";
const CONNECTIONS: &str = "flaneur_http_connections";

/// Says what is counted, and begins at zero what has no route.
pub fn describe() {
    describe_counter!(REQUESTS, "Requests answered");
    describe_histogram!(DURATION, Unit::Seconds, "Time from a request's head to its answer's head");
    describe_counter!(NOT_MODIFIED, "Answers that told the client to use what it has (304)");
    describe_counter!(RECEIVED, "Bytes of requests' bodies");
    describe_counter!(SENT, "Bytes of answers' bodies");
    describe_gauge!(CONNECTIONS, "Open connections");
    counter!(RECEIVED).absolute(0);
    counter!(SENT).absolute(0);
    gauge!(CONNECTIONS, "listener" => "public").set(0.0);
    gauge!(CONNECTIONS, "listener" => "operator").set(0.0);
}

/// Counts an answered request that took so many seconds.
pub fn answered(route: &str, method: &str, status: u16, seconds: f64) {
    let route = route.to_owned();
    let method = match method {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    };
    let class = match status {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    };
    counter!(REQUESTS, "route" => route.clone(), "method" => method, "status" => class).increment(1);
    histogram!(DURATION, "route" => route.clone(), "method" => method, "status" => class).record(seconds);
    if status == 304 {
        counter!(NOT_MODIFIED, "route" => route).increment(1);
    }
}

/// Counts what is received of a request's body.
pub fn received(body: Body) -> Body {
    Body::new(Counted { body, counter: counter!(RECEIVED) })
}

/// Counts what is sent of an answer's body.
pub fn sent(body: Body) -> Body {
    Body::new(Counted { body, counter: counter!(SENT) })
}

/// An open connection, for as long as it is held.
pub struct Connection(Gauge);

impl Connection {
    /// One more.
    pub fn opened(listener: &'static str) -> Self {
        let gauge = gauge!(CONNECTIONS, "listener" => listener);
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// A body whose bytes are counted as they pass. Its size stays known, so that answers keep their Content-Length.
struct Counted {
    body: Body,
    counter: Counter,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.counter.increment(data.len() as u64);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
