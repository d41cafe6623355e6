//! A STAC Item, as a stranger sent it, made a line of the manifest, or refused.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use url::Url;

use crate::{Quality, shown};

/// Longest identifier, which becomes a file's name.
const LONGEST_NAME: usize = 64;
/// Longest text that is kept of an item, characters; an address may be longer.
const LONGEST_TEXT: usize = 1000;
/// Longest address, bytes.
const LONGEST_HREF: usize = 4000;

/// A picture on the list: one line of `manifest.ndjson`. What the server does not state is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The picture's identifier at its server.
    pub id: String,
    /// Its sequence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<String>,
    /// When it was taken: RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datetime: Option<Timestamp>,
    /// When anything about it last changed: RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<Timestamp>,
    /// Longitude, degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// Latitude, degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Its licence, usually an SPDX identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Whom to name for it, where that is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
    /// Who made it: the account's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub producer: Option<String>,
    /// Where its file is.
    pub href: String,
    /// Media type of the file.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Size of the file, bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Checksum of the file: a multihash in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
}

impl Entry {
    /// The stated SHA-256 in hexadecimal, if that is what the checksum is.
    pub fn sha256(&self) -> Option<&str> {
        // The code of SHA-256, and its length in bytes.
        self.checksum.as_deref()?.strip_prefix("1220").filter(|digest| digest.len() == 64)
    }
}

/// An item that is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What it calls itself, fit for a terminal.
    pub id: String,
    /// What is wrong with it.
    pub why: String,
}

#[derive(Deserialize)]
struct Item {
    id: Value,
    #[serde(default)]
    collection: Value,
    #[serde(default)]
    geometry: Value,
    #[serde(default)]
    properties: Value,
    #[serde(default)]
    providers: Value,
    #[serde(default)]
    assets: Value,
}

/// Reads an item. Whatever it holds, the outcome is harmless: its identifier is a file's name, its address one of HTTP.
pub(crate) fn read(raw: &RawValue, quality: Quality, base: &Url) -> Result<Entry, Refusal> {
    let item: Item = serde_json::from_str(raw.get())
        .map_err(|_| Refusal { id: "an item".to_owned(), why: "it is no STAC Item".to_owned() })?;
    let id = item.id.as_str().unwrap_or_default();
    let refuse = |why: &str| Refusal { id: shown(if id.is_empty() { "an item" } else { id }), why: why.to_owned() };
    if !is_name(id) {
        return Err(refuse("its identifier cannot be a file's name: only letters, digits, - and _ can, at most 64"));
    }
    let asset = &item.assets[quality.name()];
    let Some(href) = asset["href"].as_str() else {
        return Err(refuse("it has no file of this quality"));
    };
    let href = base.join(href).ok().filter(|url| {
        let plain = url.username().is_empty() && url.password().is_none();
        matches!(url.scheme(), "http" | "https") && plain && url.as_str().len() <= LONGEST_HREF
    });
    let Some(href) = href else {
        return Err(refuse("its file's address is none of http or https"));
    };
    let properties = &item.properties;
    let place = |axis: usize, most: f64| {
        let point = item.geometry["type"] == "Point";
        item.geometry["coordinates"][axis].as_f64().filter(|degrees| point && degrees.abs() <= most)
    };
    let producer = text(&properties["geovisio:producer"]).or_else(|| text(&item.providers[0]["name"]));
    Ok(Entry {
        id: id.to_owned(),
        collection: text(&item.collection).filter(|id| is_name(id)),
        datetime: time(&properties["datetime"]),
        updated: time(&properties["updated"]).or_else(|| time(&properties["created"])),
        lon: place(0, 180.0),
        lat: place(1, 90.0),
        license: text(&properties["license"]),
        attribution: text(&properties["attribution"]),
        producer,
        href: href.into(),
        media_type: text(&asset["type"]),
        size: asset["file:size"].as_u64(),
        checksum: text(&asset["file:checksum"]).filter(|sum| is_multihash(sum)).map(|sum| sum.to_ascii_lowercase()),
    })
}

/// Whether a stranger's identifier may be a file's name.
pub(crate) fn is_name(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=LONGEST_NAME).contains(&id.len()) && id.bytes().all(allowed)
}

fn is_multihash(text: &str) -> bool {
    text.len() >= 6
        && text.len().is_multiple_of(2)
        && text.len() <= 260
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    (!text.is_empty()).then(|| text.chars().take(LONGEST_TEXT).collect())
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str().filter(|text| text.len() < 64)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn item() -> Value {
        json!({
            "type": "Feature", "id": "b8650662-1ef2-4d6f-8bc3-77f4a2896284", "collection": "c",
            "geometry": {"type": "Point", "coordinates": [1.919, 49.006]},
            "properties": {
                "datetime": "2021-07-29T09:16:54+00:00", "updated": "2026-11-23T16:58:15.347595+00:00",
                "license": "CC-BY-SA-4.0", "geovisio:producer": "alice",
            },
            "providers": [{"name": "somebody"}],
            "assets": {"hd": {"href": "/api/pictures/b8650662/hd.jpg", "type": "image/jpeg", "file:size": 12,
                "file:checksum": format!("1220{}", "AB".repeat(32))}},
        })
    }

    fn read_value(value: &Value) -> Result<Entry, Refusal> {
        let raw = RawValue::from_string(value.to_string()).unwrap();
        read(&raw, Quality::Hd, &"https://example.org/api/search".parse().unwrap())
    }

    #[test]
    fn an_item_becomes_a_line() {
        let entry = read_value(&item()).unwrap();
        assert_eq!(entry.href, "https://example.org/api/pictures/b8650662/hd.jpg");
        assert_eq!(entry.sha256(), Some(&*"ab".repeat(32)));
        assert_eq!((entry.size, entry.producer.as_deref()), (Some(12), Some("alice")));
        let line = serde_json::to_string(&entry).unwrap();
        assert!(line.contains("\"updated\":\"2026-11-23T16:58:15.347595Z\""), "{line}");
        assert_eq!(serde_json::from_str::<Entry>(&line).unwrap(), entry);
    }

    #[test]
    fn what_cannot_be_a_file_is_refused() {
        let long = "x".repeat(65);
        for id in ["../../x", "", ".", "a/b", "a\\b", "a.b", "\u{1b}[2J", "é", "a\0", &long] {
            let mut hostile = item();
            hostile["id"] = id.into();
            let refusal = read_value(&hostile).unwrap_err();
            assert!(!refusal.id.contains(char::is_control), "{refusal:?}");
        }
        for id in [json!(7), json!(null), json!({})] {
            let mut hostile = item();
            hostile["id"] = id;
            assert!(read_value(&hostile).is_err());
        }
    }

    #[test]
    fn only_addresses_of_http_are_asked() {
        for href in ["file:///etc/passwd", "ftp://example.org/x", "javascript:1", "http://", "https://a:b@example.org/"]
        {
            let mut hostile = item();
            hostile["assets"]["hd"]["href"] = href.into();
            assert!(read_value(&hostile).is_err(), "{href}");
        }
        let mut without = item();
        without["assets"] = json!([1]);
        assert!(read_value(&without).is_err());
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        let mut odd = item();
        odd["properties"] = json!({"updated": "soon", "license": 7});
        odd["geometry"] = json!({"type": "Point", "coordinates": [400, "north"]});
        odd["assets"]["hd"]["file:checksum"] = "zz20".into();
        odd["assets"]["hd"]["file:size"] = (-1).into();
        let entry = read_value(&odd).unwrap();
        assert_eq!((entry.updated, entry.license, entry.lon, entry.lat), (None, None, None, None));
        assert_eq!((entry.checksum, entry.size), (None, None));
        assert_eq!(entry.producer.as_deref(), Some("somebody"));
    }
}
