//! What the operator is told in numbers.

use std::collections::{BTreeMap, BTreeSet};

use flaneur_e2e::{Client, SHORT, ServerOptions, Tools, until};
use serde_json::json;

/// Every series with its value.
async fn series(operator: &Client) -> BTreeMap<String, f64> {
    let answer = operator.get("/metrics").await.ok();
    assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"), "{answer}");
    let text = String::from_utf8(answer.body).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

/// Sum over all series that begin so.
fn sum(series: &BTreeMap<String, f64>, beginning: &str) -> f64 {
    series.iter().filter(|(name, _)| name.starts_with(beginning)).map(|(_, value)| value).sum()
}

fn documented() -> BTreeSet<String> {
    let page = std::fs::read_to_string(Tools::repository().join("docs/metrics.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `flaneur_"));
    rows.map(|row| format!("flaneur_{}", row.split('`').next().unwrap())).collect()
}

#[tokio::test]
async fn an_upload_is_counted_from_its_first_byte_to_its_last_stage() {
    let server = ServerOptions::default().with(&["--admin-listen", "127.0.0.1:0"]).start();
    let operator = Client::new(server.operator(), None);
    let before = series(&operator).await;
    assert!(sum(&before, "flaneur_uploads_accepted_total").abs() < 1e-9, "counts begin at zero");
    assert!(sum(&before, "flaneur_build_info{").abs() > 0.5);

    let client = server.admin();
    let set = client.upload_walk("counted", 0..2).await;
    assert_eq!(set.len(), 2);
    let other = client.make_set(&json!({ "title": "refused" })).await;
    assert_eq!(client.send_file(&other, "text.jpg", b"no picture".to_vec()).await.status, 400);
    let answer = client.get("/api").await.ok();
    let again = client.request(reqwest::Method::GET, "/api").header("if-none-match", answer.header("etag"));
    assert_eq!(client.send(again).await.status, 304);

    let after = until("every job is counted", SHORT, async || {
        let after = series(&operator).await;
        let done = sum(&after, "flaneur_jobs_ended_total{kind=\"destroy\",outcome=\"done\"}");
        (done >= 2.0).then_some(after)
    })
    .await;
    let is = |beginning: &str, expected: f64| {
        let found = sum(&after, beginning);
        assert!((found - expected).abs() < 1e-9, "{beginning}: {found}, not {expected}\n{after:#?}");
    };
    is("flaneur_uploads_accepted_total", 2.0);
    is("flaneur_uploads_refused_total{", 1.0);
    is("flaneur_uploads_refused_total{reason=\"not_a_picture\"}", 1.0);
    is("flaneur_jobs_ended_total{kind=\"process\",outcome=\"done\"}", 2.0);
    for stage in ["read", "decode", "detect", "redact", "verify", "store", "publish"] {
        is(&format!("flaneur_stage_duration_seconds_count{{stage=\"{stage}\"}}"), 2.0);
    }
    is("flaneur_http_not_modified_total{", 1.0);
    assert!(sum(&after, "flaneur_http_received_bytes_total") >= sum(&after, "flaneur_upload_bytes_total"));
    assert!(sum(&after, "flaneur_upload_bytes_total") > 1000.0);
    assert!(sum(&after, "flaneur_http_sent_bytes_total") > 1000.0);
    assert!(sum(&after, "flaneur_http_connections{listener=\"operator\"}") > 0.5);
    let uploads = "flaneur_http_requests_total{route=\"/api/upload_sets/{id}/files\",method=\"POST\"";
    assert!(sum(&after, uploads) > 2.5, "{after:#?}");

    // Nothing but what the page says, and all of it.
    let suffixes = ["_bucket", "_sum", "_count"];
    let names: BTreeSet<String> = after
        .keys()
        .map(|name| name.split('{').next().unwrap())
        .map(|name| {
            let histogram = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix));
            histogram.filter(|name| name.ends_with("_seconds")).unwrap_or(name).to_owned()
        })
        .collect();
    assert_eq!(names, documented());
    // Labels hold no paths that clients make up.
    client.get("/api/made-up-by-a-client").await;
    let routes = series(&operator).await;
    assert!(!routes.keys().any(|name| name.contains("made-up") || name.contains("__private")), "{routes:#?}");
}
