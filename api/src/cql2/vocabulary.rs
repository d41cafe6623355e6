//! What filters may ask for, by name.

use flaneur_catalog::model::{PictureProperty, SequenceProperty};
use serde_json::{Value, json};

/// What kind of value a property has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text.
    Text,
    /// One of a few names.
    Name(&'static [&'static str]),
    /// A number.
    Number,
    /// A time.
    Time,
    /// A UUID.
    Id,
    /// A UUID of an account, or `me`.
    Account,
    /// Values of tags: text, several.
    Tag,
    /// Anything: it is never known.
    Absent,
    /// Tags of any key: only that there are any can be asked.
    Tags,
}

/// A property by its name, with what it is.
pub(crate) type Entry<P> = (&'static str, P, Kind, &'static str);

/// The properties of something.
pub(crate) trait Vocabulary: Clone + PartialEq + Sized {
    /// What has them.
    const OF: &'static str;

    /// Names, kinds, and what they mean.
    fn entries() -> Vec<Entry<Self>>;
    /// What clients ask other catalogs for, and is never known here: then nothing is found by it, and nothing refused.
    fn absent(name: &str) -> Option<Self>;
    /// Other names, of older clients.
    fn alias(name: &str) -> Option<&'static str>;
    /// Tags of a key, if it can have tags.
    fn tag(key: &str) -> Option<Self>;
    /// Whether what is gone can be asked for by its status, as older harvesters do.
    fn tells_what_is_gone() -> bool {
        false
    }
    /// Whether it has a place that `S_INTERSECTS` can ask for.
    fn has_geometry() -> bool;

    /// What has this name.
    fn named(name: &str) -> Option<(Self, Kind)> {
        let name = name.strip_prefix("properties.").unwrap_or(name);
        let name = Self::alias(name).unwrap_or(name);
        if let Some(key) = name.strip_prefix("semantics.").filter(|key| !key.is_empty()) {
            return Self::tag(key).map(|tags| (tags, Kind::Tag));
        }
        let entry = Self::entries().into_iter().find(|(entry, ..)| *entry == name);
        let entry = entry.map(|(_, property, kind, _)| (property, kind));
        entry.or_else(|| Self::absent(name).map(|property| (property, Kind::Absent)))
    }

    /// All names, for people.
    fn names() -> String {
        let mut names: Vec<&str> = Self::entries().into_iter().map(|(name, ..)| name).collect();
        if Self::tag("KEY").is_some() {
            names.push("semantics.KEY");
        }
        if Self::has_geometry() {
            names.push("geometry");
        }
        names.join(", ")
    }

    /// A JSON Schema of what there is; `address` is its own.
    fn queryables(address: &str) -> Value {
        let mut properties = serde_json::Map::new();
        for (name, _, kind, description) in Self::entries() {
            properties.insert(name.to_owned(), schema(kind, description));
        }
        if Self::has_geometry() {
            let point = json!({"$ref": "https://geojson.org/schema/Point.json", "description": "Where it was taken"});
            properties.insert("geometry".to_owned(), point);
        }
        json!({
            "$schema": "https://json-schema.org/draft/2019-09/schema",
            "$id": address,
            "type": "object",
            "title": format!("Queryables of {}", Self::OF),
            "description": format!("What `filter` may ask for of {}, in CQL2 as text or JSON.", Self::OF),
            "properties": properties,
            "patternProperties": {
                "^semantics\\.(.+)$": {
                    "type": "string",
                    "title": "Tag",
                    "description": "Values of the tags of the key that follows the prefix. There may be several: a condition \
                                    holds if it holds of one.",
                },
            },
            "additionalProperties": false,
        })
    }
}

fn schema(kind: Kind, description: &str) -> Value {
    let mut schema = match kind {
        Kind::Text | Kind::Tag | Kind::Tags | Kind::Absent => json!({"type": "string"}),
        Kind::Name(names) => json!({"type": "string", "enum": names}),
        Kind::Number => json!({"type": "number"}),
        Kind::Time => json!({"type": "string", "format": "date-time"}),
        Kind::Id | Kind::Account => json!({"type": "string", "format": "uuid"}),
    };
    schema["description"] = description.into();
    schema
}

impl Vocabulary for PictureProperty {
    const OF: &'static str = "pictures";

    fn entries() -> Vec<Entry<Self>> {
        vec![
            ("id", Self::Id, Kind::Id, "The picture"),
            ("collection", Self::Sequence, Kind::Id, "Its sequence"),
            ("datetime", Self::CapturedAt, Kind::Time, "When it was taken"),
            ("created", Self::CreatedAt, Kind::Time, "When it was received"),
            ("updated", Self::UpdatedAt, Kind::Time, "When anything about it last changed"),
            ("account", Self::Account, Kind::Text, "Name of the account that it belongs to"),
            ("account_id", Self::AccountId, Kind::Id, "The account that it belongs to"),
            ("type", Self::Projection, Kind::Name(&["flat", "equirectangular"]), "Whether it is a photo or a panorama"),
            ("make", Self::Make, Kind::Text, "Manufacturer of the camera"),
            ("model", Self::Model, Kind::Text, "Model of the camera"),
            ("field_of_view", Self::FieldOfView, Kind::Number, "Horizontal field of view, degrees"),
            ("view:azimuth", Self::Heading, Kind::Number, "Heading, degrees clockwise from north"),
            ("quality:horizontal_accuracy", Self::Accuracy, Kind::Number, "95 % horizontal accuracy, metres"),
            ("license", Self::License, Kind::Text, "SPDX identifier of its licence"),
            (
                "semantics",
                Self::Tags,
                Kind::Tags,
                "Tags of it, of a part of it, or of its sequence: ask for IS NOT NULL",
            ),
        ]
    }

    fn absent(name: &str) -> Option<Self> {
        let common = ["eo:cloud_cover", "eo:snow_cover", "gsd", "platform", "constellation", "mission", "instruments"];
        common.contains(&name).then_some(Self::Absent)
    }

    fn alias(name: &str) -> Option<&'static str> {
        Some(match name {
            "ts" => "datetime",
            "geovisio:producer" => "account",
            "projection" => "type",
            "pers:interior_orientation.camera_manufacturer" => "make",
            "pers:interior_orientation.camera_model" => "model",
            "pers:interior_orientation.field_of_view" => "field_of_view",
            _ => return None,
        })
    }

    fn tag(key: &str) -> Option<Self> {
        Some(Self::Tag(key.to_owned()))
    }

    fn has_geometry() -> bool {
        true
    }
}

impl Vocabulary for SequenceProperty {
    const OF: &'static str = "sequences";

    fn entries() -> Vec<Entry<Self>> {
        vec![
            ("id", Self::Id, Kind::Id, "The sequence"),
            ("title", Self::Title, Kind::Text, "Its title"),
            ("created", Self::CreatedAt, Kind::Time, "When it was made"),
            ("updated", Self::UpdatedAt, Kind::Time, "When anything in it last changed"),
            ("datetime", Self::CapturedAt, Kind::Time, "When its pictures were taken: it equals each time in between"),
            ("account", Self::Account, Kind::Text, "Name of the account that it belongs to"),
            ("account_id", Self::AccountId, Kind::Id, "The account that it belongs to"),
            ("visibility", Self::Visibility, Kind::Name(&["anyone", "logged-only", "owner-only"]), "Who sees it"),
            ("semantics", Self::Tags, Kind::Tags, "Its tags: ask for IS NOT NULL"),
        ]
    }

    fn absent(_: &str) -> Option<Self> {
        None
    }

    fn alias(name: &str) -> Option<&'static str> {
        Some(match name {
            "geovisio:producer" => "account",
            "geovisio:visibility" => "visibility",
            _ => return None,
        })
    }

    fn tag(key: &str) -> Option<Self> {
        Some(Self::Tag(key.to_owned()))
    }

    fn tells_what_is_gone() -> bool {
        true
    }

    fn has_geometry() -> bool {
        false
    }
}
