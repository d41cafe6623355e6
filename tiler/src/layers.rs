//! The layers that tiles have, with the attributes of what is in them: for the style, TileJSON and archives.

use flaneur_coverage::mvt::{GRID_LAST_ZOOM, LAST_ZOOM, PICTURES_FIRST_ZOOM, SEQUENCES_FIRST_ZOOM};
use serde_json::{Map, Value, json};

/// Version of the layers and their attributes, by the rules of semantic versioning: the first number changes where what
/// is drawn from them has to change, the second where something is added.
pub(crate) const VERSION: &str = "1.0.0";

/// Types of attributes, in the words that TileJSON is used with.
const NUMBER: &str = "Number";
const TEXT: &str = "String";
const TRUTH: &str = "Boolean";

/// A layer of the tiles.
pub(crate) struct Layer {
    name: &'static str,
    description: &'static str,
    /// The first zoom level that has it.
    first: u8,
    /// The last one.
    last: u8,
    /// Attributes, each with its type.
    fields: &'static [(&'static str, &'static str)],
    /// Whether something in it may be hidden from others, and then says so.
    may_hide: bool,
}

/// Counted pictures.
pub(crate) const GRID: Layer = Layer {
    name: "grid",
    description: "Pictures counted in cells, each a point; the coefficients are a cell's share of the fullest in the tile",
    first: 0,
    last: GRID_LAST_ZOOM,
    fields: &[
        ("nb_pictures", NUMBER),
        ("nb_360_pictures", NUMBER),
        ("nb_flat_pictures", NUMBER),
        ("coef", NUMBER),
        ("coef_360_pictures", NUMBER),
        ("coef_flat_pictures", NUMBER),
    ],
    may_hide: false,
};

/// Tracks.
pub(crate) const SEQUENCES: Layer = Layer {
    name: "sequences",
    description: "Tracks of sequences, with attributes from zoom level 7 on",
    first: SEQUENCES_FIRST_ZOOM,
    last: LAST_ZOOM,
    fields: &[
        ("id", TEXT),
        ("account_id", TEXT),
        ("model", TEXT),
        ("type", TEXT),
        ("date", TEXT),
        ("gps_accuracy", NUMBER),
        ("h_pixel_density", NUMBER),
    ],
    may_hide: true,
};

/// Tracks of one account, which has no grid.
pub(crate) const SEQUENCES_OF_ACCOUNT: Layer =
    Layer { description: "Tracks of the account's sequences", first: 0, ..SEQUENCES };

/// Places of pictures.
pub(crate) const PICTURES: Layer = Layer {
    name: "pictures",
    description: "Pictures, each a point; `sequences` is a list of one identifier, as JSON",
    first: PICTURES_FIRST_ZOOM,
    last: LAST_ZOOM,
    fields: &[
        ("id", TEXT),
        ("account_id", TEXT),
        ("ts", TEXT),
        ("heading", NUMBER),
        ("type", TEXT),
        ("model", TEXT),
        ("gps_accuracy", NUMBER),
        ("h_pixel_density", NUMBER),
        ("sequences", TEXT),
        ("first_sequence", TEXT),
    ],
    may_hide: true,
};

/// What the map of everybody has.
pub(crate) const EVERYONE: [&Layer; 3] = [&GRID, &SEQUENCES, &PICTURES];

/// What the map of everybody has where a filter asks for what is not counted.
pub(crate) const UNCOUNTED: [&Layer; 2] = [&SEQUENCES, &PICTURES];

/// What the map of one account has.
pub(crate) const ACCOUNT: [&Layer; 2] = [&SEQUENCES_OF_ACCOUNT, &PICTURES];

/// Names of attributes by layer, as Panoramax clients read them in the style.
pub(crate) fn fields(layers: &[&Layer]) -> Value {
    let names = |layer: &Layer| layer.fields.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    layers.iter().map(|layer| (layer.name, names(layer))).collect()
}

/// The layers up to a zoom level as TileJSON describes them. `hidden`: whether who looks may see what others do not.
pub(crate) fn vector_layers(layers: &[&Layer], last: u8, hidden: bool) -> Value {
    let described = layers.iter().filter(|layer| layer.first <= last).map(|layer| {
        let mut fields: Map<String, Value> =
            layer.fields.iter().map(|(name, kind)| ((*name).to_owned(), json!(kind))).collect();
        if hidden && layer.may_hide {
            fields.insert("hidden".to_owned(), json!(TRUTH));
        }
        json!({
            "id": layer.name,
            "description": layer.description,
            "minzoom": layer.first,
            "maxzoom": layer.last.min(last),
            "fields": fields,
        })
    });
    Value::Array(described.collect())
}
