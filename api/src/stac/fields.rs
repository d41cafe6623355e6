//! Which members of items a client wants to be told, by the fields extension of STAC APIs.

use flaneur_catalog::model::Parts;
use serde_json::{Map, Value};

use crate::{ApiError, ApiResult};

/// Most names in one request.
const MOST: usize = 100;
/// Longest name, bytes. The longest there are, of EXIF and XMP values, have half as many.
const LONGEST: usize = 200;

/// What is told where nothing is asked for by name: what makes an item valid, and no more of its properties.
const USUAL: [&str; 9] =
    ["type", "stac_version", "id", "collection", "geometry", "bbox", "links", "assets", "properties.datetime"];
/// What is told beside what is asked for by name: without it nobody knows what the rest is about.
const BESIDE: [&str; 4] = ["type", "stac_version", "id", "collection"];
/// Members of an item. Other names are of its properties.
pub(super) const MEMBERS: [&str; 12] = [
    "type",
    "stac_version",
    "stac_extensions",
    "id",
    "collection",
    "geometry",
    "bbox",
    "providers",
    "properties",
    "links",
    "assets",
    "asset_templates",
];

/// The members that are wanted. Usually all.
#[derive(Debug, Clone, PartialEq)]
pub struct Fields {
    /// Paths, and whether what is there is wanted. No path is there twice.
    rules: Vec<(String, bool)>,
    /// Whether what no path leads to is wanted.
    others: bool,
}

impl Default for Fields {
    fn default() -> Self {
        Self { rules: Vec::new(), others: true }
    }
}

/// How much of something is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    All,
    /// Its members have to be looked at.
    Some,
    None,
}

impl Fields {
    /// Reads names separated by commas; those to be left out have `-` in front, the others may have `+`. Whether these are
    /// missing or there are none can't be told apart here, and is taken for none.
    pub fn of_text(text: &str) -> ApiResult<Self> {
        let (mut include, mut exclude) = (Vec::new(), Vec::new());
        if !text.trim().is_empty() {
            for name in text.split(',') {
                let name = name.trim();
                match name.strip_prefix('-') {
                    Some(name) => exclude.push(name),
                    // In a URL, + is a space unless it is encoded.
                    None => include.push(name.strip_prefix('+').unwrap_or(name)),
                }
            }
        }
        Self::of_names(Some(include), &exclude)
    }

    /// Reads an object with the lists `include` and `exclude`, or text.
    pub fn of_json(document: &Value) -> ApiResult<Self> {
        let refuse = || {
            ApiError::bad_request(
                "`fields` has to be an object with the lists of names `include` and `exclude`, either of which may be left out",
            )
        };
        let fields = match document {
            Value::String(text) => return Self::of_text(text),
            Value::Object(fields) if fields.keys().all(|name| name == "include" || name == "exclude") => fields,
            _ => return Err(refuse()),
        };
        let include = names(fields, "include").ok_or_else(refuse)?;
        let exclude = names(fields, "exclude").ok_or_else(refuse)?;
        Self::of_names(fields.contains_key("include").then_some(include), &exclude)
    }

    /// By the rules of the extension. `include` may be missing, which is something else than no name.
    fn of_names(include: Option<Vec<&str>>, exclude: &[&str]) -> ApiResult<Self> {
        let said = include.iter().flatten().count() + exclude.len();
        if said > MOST {
            return Err(ApiError::bad_request(format!("`fields` may have at most {MOST} names")));
        }
        let exclude = exclude.iter().map(|name| path(name)).collect::<ApiResult<Vec<_>>>()?;
        let mut rules: Vec<(String, bool)> = Vec::new();
        let others = include.is_none() && !exclude.is_empty();
        let include = include.unwrap_or_default();
        let implied: &[&str] = match (others, include.is_empty()) {
            (true, _) => &[],
            (false, true) => &USUAL,
            (false, false) => &BESIDE,
        };
        for name in include {
            rules.push((path(name)?, true));
        }
        // What nobody named is given up sooner than what somebody did: `-properties` leaves no time, either.
        let kept = implied.iter().filter(|path| !exclude.iter().any(|other| leads_to(other, path)));
        rules.extend(kept.map(|path| ((*path).to_owned(), true)));
        rules.extend(exclude.into_iter().map(|path| (path, false)));
        // Of the same path the first counts: what is both wanted and not, is.
        let mut distinct: Vec<(String, bool)> = Vec::with_capacity(rules.len());
        for rule in rules {
            if distinct.iter().all(|(path, _)| *path != rule.0) {
                distinct.push(rule);
            }
        }
        Ok(Self { rules: distinct, others })
    }

    /// Whether this leaves everything as it is.
    pub fn are_all(&self) -> bool {
        self.others && self.rules.is_empty()
    }

    /// How much is wanted of what is at a path: the longest rule that leads there says so.
    pub(super) fn wanted(&self, path: &str) -> Wanted {
        let leading = self.rules.iter().filter(|(rule, _)| leads_to(rule, path));
        let wanted = leading.max_by_key(|(rule, _)| rule.len()).map_or(self.others, |(_, wanted)| *wanted);
        let differs = |(rule, other): &(String, bool)| *other != wanted && rule != path && leads_to(path, rule);
        match wanted {
            _ if self.rules.iter().any(differs) => Wanted::Some,
            true => Wanted::All,
            false => Wanted::None,
        }
    }

    /// What has to be read of pictures for it.
    pub fn parts(&self) -> Parts {
        let any = |paths: &[&str]| paths.iter().any(|path| self.wanted(path) != Wanted::None);
        Parts {
            // Which part of the sphere there is stands in the metadata, and says whether there are views to link to.
            exif: any(&["properties.exif", "properties.pers:interior_orientation", "links"]),
            neighbours: any(&["links"]),
            annotations: any(&["properties.annotations"]),
        }
    }
}

/// A list of names; none if it is something else. One that is missing has no names.
fn names<'a>(fields: &'a Map<String, Value>, list: &str) -> Option<Vec<&'a str>> {
    match fields.get(list) {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(names)) => names.iter().map(Value::as_str).collect(),
        Some(_) => None,
    }
}

/// The path that a name stands for: the names of members with dots between them, from the item on. Of properties,
/// `properties.` may be left out.
fn path(name: &str) -> ApiResult<String> {
    let name = name.trim();
    if name.len() > LONGEST {
        return Err(ApiError::bad_request(format!("a name in `fields` may have at most {LONGEST} bytes")));
    }
    if name.split('.').any(|part| part.trim().is_empty()) || name.contains(char::is_control) {
        return Err(ApiError::bad_request(
            "`fields` has to be a list of names like id, geometry or properties.datetime; a name in it is empty or broken off",
        ));
    }
    let first = name.split('.').next().unwrap_or(name);
    Ok(if MEMBERS.contains(&first) { name.to_owned() } else { format!("properties.{name}") })
}

/// Whether a path is another one's beginning, or the same.
fn leads_to(beginning: &str, path: &str) -> bool {
    path.strip_prefix(beginning).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WHOLE: [&str; 13] = [
        "id",
        "type",
        "geometry",
        "bbox",
        "links",
        "assets",
        "assets.hd",
        "assets.sd",
        "properties",
        "properties.datetime",
        "properties.created",
        "properties.exif",
        "properties.exif.Exif.Image.Make",
    ];

    fn wanted(fields: &Fields) -> Vec<&'static str> {
        WHOLE.into_iter().filter(|path| fields.wanted(path) == Wanted::All).collect()
    }

    /// The table of the extension.
    #[test]
    fn what_is_missing_is_something_else_than_what_is_empty() {
        let usual =
            ["id", "type", "geometry", "bbox", "links", "assets", "assets.hd", "assets.sd", "properties.datetime"];
        for fields in
            [json!({}), json!({"include": null}), json!({"include": [], "exclude": []}), json!({"exclude": null})]
        {
            assert_eq!(wanted(&Fields::of_json(&fields).unwrap()), usual, "{fields}");
        }
        assert_eq!(wanted(&Fields::of_text("").unwrap()), usual);
        assert_eq!(wanted(&Fields::default()), WHOLE);
        for (fields, expected) in [
            (json!({"include": ["geometry", "bbox"]}), vec!["id", "type", "geometry", "bbox"]),
            (
                json!({"exclude": ["links", "assets"]}),
                WHOLE.iter().copied().filter(|name| !name.starts_with(['a', 'l'])).collect(),
            ),
            (
                json!({"include": [], "exclude": ["assets", "links"]}),
                vec!["id", "type", "geometry", "bbox", "properties.datetime"],
            ),
            (
                json!({"include": null, "exclude": ["properties", "links", "assets"]}),
                vec!["id", "type", "geometry", "bbox"],
            ),
            (json!({"include": ["bbox", "geometry"], "exclude": ["bbox"]}), vec!["id", "type", "geometry", "bbox"]),
            (json!({"include": ["bbox"], "exclude": ["bbox", "geometry"]}), vec!["id", "type", "bbox"]),
            (
                json!({"include": ["properties.created"], "exclude": ["properties"]}),
                vec!["id", "type", "properties.created"],
            ),
            (json!({"include": ["assets"], "exclude": ["assets.hd", "id"]}), vec!["type", "assets.sd"]),
            (
                json!({"exclude": ["geometry", "bbox", "links", "assets", "exif", "created", "id"]}),
                vec!["type", "properties.datetime"],
            ),
        ] {
            assert_eq!(wanted(&Fields::of_json(&fields).unwrap()), expected, "{fields}");
        }
        for (text, expected) in [
            ("-assets,-links", vec!["id", "type", "geometry", "bbox", "properties.datetime"]),
            ("bbox,-type", vec!["id", "bbox"]),
            (" bbox, +datetime ", vec!["id", "type", "bbox", "properties.datetime"]),
            ("exif.Exif.Image", vec!["id", "type", "properties.exif.Exif.Image.Make"]),
            ("eo:cloud_cover", vec!["id", "type"]),
        ] {
            assert_eq!(wanted(&Fields::of_text(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn what_can_not_be_read() {
        let many = vec!["id"; MOST + 1].join(",");
        let long = "x".repeat(LONGEST + 1);
        for text in ["id,", ",", "-", "properties.", ".datetime", "a..b", "id,a\u{7}b", many.as_str(), long.as_str()] {
            let error = Fields::of_text(text).unwrap_err();
            assert!(error.message().contains("`fields`"), "{text}: {error:?}");
        }
        for document in [
            json!(null),
            json!(["id"]),
            json!({"includes": ["id"]}),
            json!({"include": "id"}),
            json!({"exclude": [1]}),
            json!({"include": [""]}),
        ] {
            assert!(Fields::of_json(&document).is_err(), "{document}");
        }
        assert!(Fields::of_text(&vec!["id"; MOST].join(",")).is_ok());
    }

    #[test]
    fn what_is_not_told_is_not_read() {
        let parts = |text: &str| {
            let Parts { exif, neighbours, annotations } = Fields::of_text(text).unwrap().parts();
            [exif, neighbours, annotations]
        };
        assert_eq!(Fields::default().parts(), Parts::ALL);
        for (text, expected) in [
            ("", [true, true, false]),
            ("-links", [false, false, false]),
            ("id,geometry", [false, false, false]),
            ("exif.Exif.Image.Make", [true, false, false]),
            ("pers:interior_orientation.field_of_view", [true, false, false]),
            ("properties,-exif,-pers:interior_orientation", [false, false, true]),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
    }
}
