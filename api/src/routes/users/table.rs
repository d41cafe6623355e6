//! An account's sequences as a table: CSV (RFC 4180).

use std::fmt::Write as _;

use axum::response::Response;
use flaneur_catalog::model::{Sequence, SequenceQuery};
use http::{HeaderValue, header};

use crate::{
    Api, ApiResult,
    respond::Reply,
    stac::{
        collection::{length_km, status_name},
        utc,
    },
};

/// Sequences read at once.
const PAGE: i64 = 1000;

/// Most rows: more than anybody looks through in a table.
const MOST: usize = 50_000;

const HEAD: &str = "id,status,name,created,updated,capture_date,minimum_capture_time,maximum_capture_time,min_x,min_y,max_x,\
                    max_y,nb_pictures,length_km,computed_h_pixel_density,computed_gps_accuracy";

/// The table of all sequences that the query asks for, whatever its limit is.
pub(super) async fn answer(api: &Api, reply: &Reply, query: SequenceQuery) -> ApiResult<Response> {
    let mut table = format!("{HEAD}\r\n");
    let (mut query, mut rows) = (SequenceQuery { limit: PAGE, ..query }, 0);
    loop {
        let page = api.catalog.sequences(&query).await?;
        query.after = page.next;
        for sequence in page.sequences() {
            table.push_str(&row(&sequence));
            rows += 1;
        }
        if query.after.is_none() || rows >= MOST {
            break;
        }
    }
    let mut response = reply.chosen_text("text/csv; charset=utf-8", table.into_bytes());
    let name = HeaderValue::from_static("attachment; filename=\"sequences.csv\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

fn row(sequence: &Sequence) -> String {
    let summary = &sequence.summary;
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let time = |at: Option<jiff::Timestamp>| at.map(utc).unwrap_or_default();
    let bbox = summary.bbox;
    let cells = [
        sequence.id.to_string(),
        status_name(sequence.status).to_owned(),
        text(&sequence.title),
        utc(sequence.created_at),
        utc(sequence.updated_at),
        summary.capture_date.clone().unwrap_or_default(),
        time(summary.interval.map(|(first, _)| first)),
        time(summary.interval.map(|(_, last)| last)),
        number(bbox.map(|bbox| bbox.west)),
        number(bbox.map(|bbox| bbox.south)),
        number(bbox.map(|bbox| bbox.east)),
        number(bbox.map(|bbox| bbox.north)),
        summary.nb_pictures.to_string(),
        length_km(sequence).to_string(),
        summary.pixel_density.map(|density| density.to_string()).unwrap_or_default(),
        number(summary.accuracy),
    ];
    let mut row = cells.join(",");
    row.push_str("\r\n");
    row
}

/// Text that somebody chose, as a cell. Spreadsheets take what begins like a formula for one: it gets an apostrophe in front.
fn text(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let mut cell = "\"".to_owned();
    let written = write!(cell, "{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""));
    debug_assert!(written.is_ok(), "text takes whatever is written to it");
    cell
}

#[cfg(test)]
mod tests {
    use crate::testing::fixture;

    #[tokio::test]
    async fn a_table() {
        let fixture = fixture().await;
        let (first, second) = (fixture.sequence().await, fixture.sequence().await);
        let answer =
            fixture.request("GET", "/users/me/collection?format=csv&limit=1").of(Some(&fixture.owner)).send().await;
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        assert!(answer.header("content-disposition").starts_with("attachment"));
        let text = answer.text();
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows.len(), 3, "{text}");
        assert!(rows[0].starts_with("id,status,name,created"));
        assert!(
            rows[1].starts_with(&format!("{},ready,\"Sample set\",", first.id))
                && rows[2].contains(&second.id.to_string())
        );
        assert!(rows.iter().all(|row| row.split(',').count() == 16), "{text}");
        let path = format!("/users/{}/collection", fixture.owner.account.id);
        let accepted = fixture.request("GET", &path).header("accept", "text/csv").send().await;
        assert_eq!(accepted.text(), text);
    }

    #[test]
    fn nothing_is_a_formula() {
        for (title, cell) in [
            ("A walk", "\"A walk\""),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("-1+1", "\"'-1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("a,\"b\"\nc", "\"a,\"\"b\"\"\nc\""),
        ] {
            assert_eq!(super::text(title), cell);
        }
    }
}
