//! Spans as the collector gets them: with what is on a short list, under the names that OpenTelemetry has for it.

use std::time::Duration;

use opentelemetry::{
    KeyValue, Value,
    trace::{SpanKind, Status},
};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};

use crate::parts::requests::NO_ROUTE;

const METHOD: &str = "http.request.method";
const ROUTE: &str = "http.route";
const STATUS: &str = "http.response.status_code";
/// Of a span `request`: our name and theirs. The path is left out, the route stands for it.
const REQUEST: [(&str, &str); 4] = [("id", "request"), ("method", METHOD), ("route", ROUTE), ("status", STATUS)];
/// Methods that are told as they are. A client can make up others.
const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
/// Of a span `job`. OpenTelemetry has no names for these: they are the log's.
const JOB: [&str; 6] = ["kind", "job", "subject", "attempt", "request", "outcome"];

/// Makes spans plain before they are sent.
#[derive(Debug)]
pub struct Plain<E>(pub E);

impl<E: SpanExporter> SpanExporter for Plain<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.export(batch.into_iter().map(plain).collect()).await
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.0.shutdown()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

fn plain(mut span: SpanData) -> SpanData {
    let attributes = std::mem::take(&mut span.attributes);
    match span.name.as_ref() {
        "request" => request(span, attributes),
        "job" => job(span, attributes),
        // Spans that somebody adds later say when and for how long, and no more until they are listed here.
        _ => span,
    }
}

fn request(mut span: SpanData, attributes: Vec<KeyValue>) -> SpanData {
    span.attributes =
        listed(attributes, |name| REQUEST.iter().find(|(ours, _)| *ours == name).map(|(_, theirs)| *theirs));
    span.attributes.retain(|each| each.key.as_str() != ROUTE || each.value.as_str() != NO_ROUTE);
    for each in span.attributes.iter_mut().filter(|each| each.key.as_str() == METHOD) {
        if !METHODS.contains(&each.value.as_str().as_ref()) {
            each.value = Value::from("_OTHER");
        }
    }
    span.span_kind = SpanKind::Server;
    span.name = match (text(&span, METHOD), text(&span, ROUTE)) {
        (Some(method), Some(route)) => format!("{method} {route}").into(),
        (Some(method), None) => method.into(),
        _ => span.name,
    };
    if span.attributes.iter().any(|each| each.key.as_str() == STATUS && matches!(each.value, Value::I64(500..))) {
        span.status = Status::error("");
    }
    span
}

fn job(mut span: SpanData, attributes: Vec<KeyValue>) -> SpanData {
    span.attributes = listed(attributes, |name| JOB.into_iter().find(|ours| *ours == name));
    span.span_kind = SpanKind::Consumer;
    if let Some(kind) = text(&span, "kind") {
        span.name = format!("job {kind}").into();
    }
    if matches!(text(&span, "outcome").as_deref(), Some("retried" | "parked")) {
        span.status = Status::error("");
    }
    span
}

fn listed(attributes: Vec<KeyValue>, name: impl Fn(&str) -> Option<&'static str>) -> Vec<KeyValue> {
    attributes.into_iter().filter_map(|each| Some(KeyValue::new(name(each.key.as_str())?, each.value))).collect()
}

fn text(span: &SpanData, name: &str) -> Option<String> {
    span.attributes.iter().find(|each| each.key.as_str() == name).map(|each| each.value.as_str().into_owned())
}
