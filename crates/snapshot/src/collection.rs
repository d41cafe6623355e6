//! `collection.json`: the snapshot as a STAC Collection whose addresses lead nowhere out of the folder but to where it is from.

use serde_json::{Map, Value, json};

use crate::{
    card::Card,
    list::{Origin, Part, tile},
};

/// What says that a folder is a snapshot, and of which layout.
pub(crate) const MARK: &str = "flaneur:snapshot";

/// The document.
pub(crate) fn collection(origin: &Origin, parts: &[Part], card: &Card) -> Value {
    let mut assets: Map<String, Value> = parts.iter().map(|part| (tile(&part.name).to_owned(), asset(part))).collect();
    assets.insert("README".to_owned(), document("./README.md", "text/markdown", "Data card"));
    assets.insert("card".to_owned(), document("./card.json", "application/json", "Data card, for programs"));
    let mut links = vec![
        json!({"rel": "root", "href": "./collection.json", "type": "application/json"}),
        json!({"rel": "describedby", "href": "./README.md", "type": "text/markdown", "title": "Data card"}),
        json!({"rel": "via", "href": origin.list, "type": "application/json", "title": "Where this was taken from"}),
        json!({"rel": "flaneur:changes", "href": card.state.changes, "type": "application/json", "title": "What changed since"}),
    ];
    let license = match card.licenses.as_slice() {
        [only] => only.name.as_str(),
        _ => "various",
    };
    if let Some(address) = license_address(license) {
        links.push(json!({"rel": "license", "href": address, "title": license}));
    }
    json!({
        "type": "Collection",
        "stac_version": "1.0.0",
        "stac_extensions": [
            "https://stac-extensions.github.io/table/v1.2.0/schema.json",
            "https://stac-extensions.github.io/file/v2.1.0/schema.json",
        ],
        "id": format!("dataset-{}", origin.change),
        "title": format!("{}: all pictures", origin.name),
        "description": format!(
            "Every picture that anybody might see, as of line {} of the change log: a row each, in GeoParquet files.",
            origin.change
        ),
        "keywords": ["pictures", "street-level imagery"],
        "license": license,
        "providers": [{"name": origin.name, "roles": ["host"], "url": origin.address}],
        "extent": {
            "spatial": {"bbox": [card.bbox]},
            "temporal": {"interval": [card.captured]},
        },
        "updated": card.last_changed,
        MARK: card.format,
        "flaneur:change": origin.change,
        "flaneur:incomplete": origin.incomplete,
        "table:primary_geometry": "geometry",
        "table:columns": card.columns,
        "table:row_count": card.pictures,
        "links": links,
        "assets": assets,
    })
}

fn asset(part: &Part) -> Value {
    json!({
        "href": format!("./parts/{}", part.name),
        "type": "application/vnd.apache.parquet",
        "title": format!("Pictures in the tile {}", tile(&part.name)),
        "roles": ["data"],
        "file:size": part.size,
        "file:checksum": format!("1220{}", part.sha256),
        "table:row_count": part.rows,
    })
}

fn document(href: &str, kind: &str, title: &str) -> Value {
    json!({"href": href, "type": kind, "title": title, "roles": ["metadata"]})
}

/// Where a licence can be read, if SPDX has it.
pub(crate) fn license_address(license: &str) -> Option<String> {
    spdx::license_id(license).map(|known| format!("https://spdx.org/licenses/{}.html", known.name))
}

/// As it is written: for people, too.
pub(crate) fn text(document: &impl serde::Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(document).unwrap_or_default();
    text.push(b'\n');
    text
}
