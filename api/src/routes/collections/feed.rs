//! Sequences as a feed: RSS 2.0 with `GeoRSS`.

use std::{collections::HashMap, fmt::Write as _};

use axum::response::Response;
use flaneur_catalog::model::Sequence;
use jiff::Timestamp;
use quick_xml::escape::escape;

use crate::{Api, ApiResult, Identity, PublicUrl, respond::Reply, stac::utc};

/// The media type of feeds.
const RSS: &str = "application/rss+xml; charset=utf-8";

/// The feed of these sequences, in their order.
pub(super) async fn answer(
    api: &Api,
    identity: &Identity,
    url: &PublicUrl,
    reply: &Reply,
    sequences: &[Sequence],
) -> ApiResult<Response> {
    let ids: Vec<_> = sequences.iter().map(|sequence| sequence.id).collect();
    let first = api.catalog.first_items(identity.viewer(), &ids).await?;
    let first: HashMap<_, _> = first.into_iter().map(|item| (item.picture.sequence, item.picture)).collect();
    let mut items = String::new();
    for sequence in sequences {
        let Some(picture) = first.get(&Some(sequence.id)) else { continue };
        let (lon, lat) = (picture.lon, picture.lat);
        let page = format!("{}/#pic={}&focus=pic&map=18/{lat}/{lon}", url.0, picture.id);
        let document = url.api(format_args!("/collections/{}", sequence.id));
        let thumb = format!("{document}/thumb.jpg");
        let said = format!(
            "Sequence \"{}\" by \"{}\" was captured on {}.",
            sequence.title,
            sequence.producer,
            utc(picture.captured_at)
        );
        let content = format!(
            "<p><img src=\"{thumb}\" /><br />{}<br /><a href=\"{}\">View on the map</a> - <a href=\"{document}\">JSON \
             metadata</a></p>",
            xml(&said),
            xml(&page)
        );
        // The length is not known before the file is read.
        let written = write!(
            items,
            "<item><title>{}</title><link>{}</link><description>{}</description><dc:creator>{}</dc:creator>\
             <pubDate>{}</pubDate><enclosure url=\"{thumb}\" length=\"0\" type=\"image/jpeg\"/>\
             <guid isPermaLink=\"true\">{document}</guid><georss:point>{lat} {lon}</georss:point>\
             <content:encoded>{}</content:encoded></item>",
            xml(&sequence.title),
            xml(&page),
            xml(&said),
            xml(&sequence.producer),
            date(sequence.created_at),
            xml(&content),
        );
        debug_assert!(written.is_ok(), "text takes whatever is written to it");
    }
    let newest = sequences.iter().map(|sequence| sequence.created_at).max();
    let built = newest.map(|at| format!("<lastBuildDate>{}</lastBuildDate>", date(at))).unwrap_or_default();
    let (name, root) = (&api.settings.name, &url.0);
    let feed = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:georss=\"http://www.georss.org/georss\" \
         xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><title>{} collections</title><link>{root}/</link>\
         <atom:link rel=\"self\" type=\"application/rss+xml\" href=\"{}\"/>\
         <description>Sequences of {}, the latest first</description><language>en</language>{built}\
         <generator>Flaneur</generator>{items}</channel></rss>\n",
        xml(name),
        xml(&url.api("/collections?format=rss")),
        xml(name),
    );
    Ok(reply.chosen_text(RSS, feed.into_bytes()))
}

/// Text in XML. Characters that XML knows no way to write are left out.
fn xml(text: &str) -> String {
    let allowed = |letter: &char| !matches!(letter, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    let text: String = text.chars().filter(allowed).collect();
    escape(text.as_str()).into_owned()
}

/// A time as RSS writes it (RFC 822, with four digits for the year).
fn date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use crate::testing::fixture;

    #[tokio::test]
    async fn a_feed() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        let answer = fixture.get("/collections?format=rss").await;
        assert_eq!(answer.header("content-type"), "application/rss+xml; charset=utf-8");
        let varies: Vec<_> = answer.headers.get_all("vary").iter().collect();
        assert!(varies.contains(&&"accept".parse().unwrap()), "{varies:?}");
        let feed = answer.text();
        let page = format!(
            "https://pics.example.org/#pic={}&amp;focus=pic&amp;map=18/49.00689/1.919185",
            sequence.pictures[0]
        );
        for expected in [
            "<title>Sample set</title>".to_owned(),
            format!("<link>{page}</link>"),
            "<georss:point>49.00689 1.919185</georss:point>".to_owned(),
            format!("<guid isPermaLink=\"true\">https://pics.example.org/api/collections/{}</guid>", sequence.id),
        ] {
            assert!(feed.contains(&expected), "{expected} in {feed}");
        }
        let accepted = fixture.request("GET", "/collections").header("accept", "application/rss+xml").send().await;
        assert_eq!(accepted.text(), feed);
        let other =
            fixture.request("GET", "/collections?format=json").header("accept", "application/rss+xml").send().await;
        assert_eq!(other.header("content-type"), "application/json");
    }

    #[test]
    fn nothing_breaks_out() {
        assert_eq!(super::xml("<a>&\"\u{1}é"), "&lt;a&gt;&amp;&quot;é");
        assert_eq!(super::date("2026-11-23T16:58:18Z".parse().unwrap()), "Mon, 23 Nov 2026 16:58:18 GMT");
    }
}
