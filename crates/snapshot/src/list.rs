//! The list of files that an instance offers: read with suspicion.

use std::collections::BTreeMap;

use flaneur_fetch::{FetchError, bytes, shown};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

/// Largest file, bytes: forty times what Flaneur writes, but where everything is in one place.
pub(crate) const LARGEST_PART: u64 = 1 << 30;
/// Digits of a content's SHA-256 that its file's name ends in.
const DIGITS: usize = 16;
/// Longest name of a tile, digits.
const DEEPEST: usize = 30;
/// Longest name of an instance, characters.
const LONGEST_NAME: usize = 200;

/// What a snapshot is of. Everything else that is told about it follows from the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Name of the instance.
    pub name: String,
    /// Its address.
    pub address: Url,
    /// Where the list of files is.
    pub list: Url,
    /// Where the change log is.
    pub changes: Url,
    /// Every change up to this line of the log is in the files.
    pub change: u64,
    /// Whether files are missing.
    pub incomplete: bool,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// Name, `TILE-HASH.parquet`.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Rows.
    pub rows: u64,
}

/// The list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct List {
    pub origin: Origin,
    /// The files in the order of names, and where each is.
    pub parts: Vec<(Part, Url)>,
}

/// The document, as far as it matters.
#[derive(Debug, Deserialize)]
struct Document {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    providers: Vec<Provider>,
    #[serde(rename = "flaneur:change")]
    change: u64,
    #[serde(rename = "flaneur:incomplete", default)]
    incomplete: bool,
    assets: BTreeMap<String, Asset>,
}

#[derive(Debug, Deserialize)]
struct Provider {
    name: String,
    #[serde(default)]
    url: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Asset {
    href: String,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(rename = "file:size")]
    size: Option<u64>,
    #[serde(rename = "file:checksum")]
    checksum: Option<String>,
    #[serde(rename = "table:row_count")]
    rows: Option<u64>,
}

impl List {
    /// Reads the document that was at an address.
    ///
    /// # Errors
    /// If it is not the list of a dataset, or names files that are not to be taken.
    pub(crate) fn parse(document: Value, at: &Url) -> Result<Self, FetchError> {
        let (origin, assets) = parse(document, at)?;
        let strange = |why: String| FetchError::Strange { url: at.clone(), why };
        let mut parts = Vec::new();
        for (key, asset) in assets {
            let href = asset.href.clone();
            let url = at.join(&href).ok().filter(is_web);
            let url = url.ok_or_else(|| strange(format!("the file {} has an address that is none", shown(&key))))?;
            let name = url.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default().to_owned();
            parts.push((part(name, &asset).map_err(strange)?, url));
        }
        parts.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
        if let Some(pair) = parts.windows(2).find(|pair| pair[0].0.name == pair[1].0.name) {
            return Err(strange(format!("the file {} is on the list twice", pair[0].0.name)));
        }
        Ok(Self { origin, parts })
    }

    /// The files, wherever they are.
    pub(crate) fn parts(&self) -> Vec<Part> {
        self.parts.iter().map(|(part, _)| part.clone()).collect()
    }
}

/// Reads the `collection.json` of a snapshot: what it is of, and the files by their paths in the folder, in the order of names.
pub(crate) fn parse_own(document: Value) -> Result<(Origin, Vec<Part>), String> {
    // Addresses in the folder are relative; nothing is asked at this one.
    let Ok(nowhere) = Url::parse("file:///collection.json") else { return Err("it cannot be read".to_owned()) };
    let (origin, assets) = parse(document, &nowhere).map_err(|error| match error {
        FetchError::Strange { why, .. } => why,
        other => other.to_string(),
    })?;
    let mut parts = Vec::new();
    for (key, asset) in assets {
        let name =
            asset.href.strip_prefix("./parts/").ok_or_else(|| format!("the file {} is not in ./parts", shown(&key)))?;
        parts.push(part(name.to_owned(), &asset)?);
    }
    parts.sort_by(|one, other| one.name.cmp(&other.name));
    Ok((origin, parts))
}

fn parse(document: Value, at: &Url) -> Result<(Origin, Vec<(String, Asset)>), FetchError> {
    let strange = |why: String| FetchError::Strange { url: at.clone(), why };
    let link = |rel: &str| {
        let links = document["links"].as_array().into_iter().flatten();
        let mut found = links.filter(|link| link["rel"] == rel).filter_map(|link| link["href"].as_str());
        found.next().and_then(|href| at.join(href).ok()).filter(is_web)
    };
    // What a snapshot was taken from is in it another relation than of itself.
    let list = link("via").or_else(|| link("self")).unwrap_or_else(|| at.clone());
    let changes = link("flaneur:changes");
    let document: Document = serde_json::from_value(document)
        .map_err(|error| strange(format!("it is not the list of a dataset: {}", shown(&error.to_string()))))?;
    if document.kind != "Collection" {
        return Err(strange("it is not a STAC Collection".to_owned()));
    }
    let mut changes = changes.ok_or_else(|| strange("it does not say where the change log is".to_owned()))?;
    changes.set_query(None);
    changes.set_fragment(None);
    let provider = document.providers.first();
    let address = provider.and_then(|provider| Url::parse(provider.url.as_deref()?).ok()).filter(is_web);
    let address = address.unwrap_or_else(|| root(&list));
    let name = provider.map(|provider| plain(&provider.name)).filter(|name| !name.is_empty());
    let origin = Origin {
        name: name.unwrap_or_else(|| address.host_str().unwrap_or_default().to_owned()),
        address,
        list,
        changes,
        change: document.change,
        incomplete: document.incomplete,
    };
    // Others, such as the data card, are no files of the dataset.
    let is_data = |(_, asset): &(String, Asset)| asset.roles.iter().any(|role| role == "data");
    Ok((origin, document.assets.into_iter().filter(is_data).collect()))
}

fn part(name: String, asset: &Asset) -> Result<Part, String> {
    let told = shown(&name);
    let checksum = asset.checksum.as_deref().and_then(|sum| sum.strip_prefix("1220"));
    let sha256 = checksum.filter(|sum| sum.len() == 64 && sum.bytes().all(is_hex));
    let sha256 = sha256.ok_or_else(|| format!("the file {told} has no SHA-256"))?.to_owned();
    if !is_part(&name) || name[name.len() - DIGITS - ".parquet".len()..][..DIGITS] != sha256[..DIGITS] {
        return Err(format!("the file {told} is not named by its tile and its checksum"));
    }
    let (Some(size), Some(rows)) = (asset.size, asset.rows) else {
        return Err(format!("the file {told} has no size or number of rows"));
    };
    if size > LARGEST_PART {
        return Err(format!("the file {told} is larger than {}", bytes(LARGEST_PART)));
    }
    Ok(Part { name, size, sha256, rows })
}

/// Whether this can be the name of a file of a dataset: the quadkey of a tile, and the beginning of a checksum.
pub(crate) fn is_part(name: &str) -> bool {
    let split = name.strip_suffix(".parquet").and_then(|stem| stem.split_once('-'));
    split.is_some_and(|(tile, hash)| {
        (1..=DEEPEST).contains(&tile.len())
            && tile.bytes().all(|digit| (b'0'..=b'3').contains(&digit))
            && hash.len() == DIGITS
            && hash.bytes().all(is_hex)
    })
}

/// The tile that a file is of.
pub(crate) fn tile(name: &str) -> &str {
    name.split('-').next().unwrap_or_default()
}

pub(crate) fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
}

fn root(url: &Url) -> Url {
    url.join("/").unwrap_or_else(|_| url.clone())
}

/// A stranger's name on one line, without what could move a cursor or reverse the direction of writing.
fn plain(text: &str) -> String {
    let reverses = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !reverses(*c)).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(href: &str) -> Value {
        json!({
            "type": "Collection", "flaneur:change": 7, "flaneur:incomplete": false,
            "providers": [{"name": "Streets\n\u{202e}of\u{1b}[2J", "url": "https://example.org/"}],
            "links": [{"rel": "flaneur:changes", "href": "/api/changes?x=1"}, {"rel": "self", "href": "/api/dataset"}],
            "assets": {"12022": {"href": href, "roles": ["data"], "file:size": 10, "table:row_count": 2,
                "file:checksum": format!("1220{}", "ab".repeat(32))}},
        })
    }

    fn parsed(document: Value) -> Result<List, String> {
        let at = "https://example.org/api/dataset".parse().unwrap();
        List::parse(document, &at).map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_says_what_there_is_and_of_what() {
        let list = parsed(document("dataset/12022-abababababababab.parquet")).unwrap();
        assert_eq!(list.origin.name, "Streets of [2J");
        assert_eq!(list.origin.changes.as_str(), "https://example.org/api/changes");
        let (part, url) = &list.parts[0];
        assert_eq!((part.name.as_str(), part.rows), ("12022-abababababababab.parquet", 2));
        assert_eq!(url.as_str(), "https://example.org/api/dataset/12022-abababababababab.parquet");
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for bad in [
            "../../../etc/passwd",
            "dataset/..%2f12022-abababababababab.parquet",
            "dataset/12022-abababababababab.parquet/..",
            "dataset/12022-abababababababab.parquet/",
            "dataset/12022-cdcdcdcdcdcdcdcd.parquet",
            "dataset/12042-abababababababab.parquet",
            "dataset/-abababababababab.parquet",
            "dataset/12022-ABABABABABABABAB.parquet",
            "dataset/%2e%2e",
            "file:///dataset/12022-abababababababab.parquet",
            "https://user:secret@example.org/12022-abababababababab.parquet",
        ] {
            assert!(parsed(document(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_cannot_be_verified_is_refused() {
        let good = document("dataset/12022-abababababababab.parquet");
        for (place, value) in [
            ("/assets/12022/file:checksum", json!("1114abcd")),
            ("/assets/12022/file:checksum", json!(format!("1220{}", "é".repeat(32)))),
            ("/assets/12022/file:size", json!(LARGEST_PART + 1)),
            ("/assets/12022/file:size", Value::Null),
            ("/assets/12022/table:row_count", json!(-1)),
            ("/type", json!("Feature")),
            ("/links", json!([])),
            ("/flaneur:change", json!("7")),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(place).unwrap() = value;
            assert!(parsed(bad).is_err(), "{place}");
        }
        let mut twice = good;
        let same = twice["assets"]["12022"].clone();
        twice["assets"]["12023"] = same;
        assert!(parsed(twice).unwrap_err().contains("twice"));
    }
}
