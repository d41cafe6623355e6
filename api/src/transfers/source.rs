//! What other instances say of a sequence and its pictures: documents of STAC, of which nothing is trusted.

use flaneur_catalog::model::{LONGEST_KEY, LONGEST_VALUE, MOST_TAGS, PictureId, Rights, Semantic};
use flaneur_remote::Url;
use serde_json::Value;

use crate::{
    ApiResult,
    routes::upload_sets::{Form, file_name},
};

/// Pictures asked for at once.
const PAGE: &str = "100";
/// The reference server's key of the tag that says where a sequence is from.
const ORIGIN: &str = "original:collection_location";
/// Longest text taken over, characters.
const LONGEST: usize = 500;

/// A sequence elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteSequence {
    pub title: String,
    /// The first page of its pictures.
    pub items: Url,
    /// How many there are, if it says so.
    pub pictures: Option<i64>,
    /// SPDX identifier, if all pictures have the same.
    pub license: Option<String>,
    pub semantics: Vec<Semantic>,
}

/// A picture elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct RemotePicture {
    pub id: PictureId,
    /// Name of its file.
    pub name: String,
    /// Where its file is, at full resolution.
    pub file: Url,
    pub license: Option<String>,
    pub semantics: Vec<Semantic>,
    /// Whom it names, and whose it is there.
    attribution: Option<String>,
    producer: Option<String>,
    /// Its parts of a form: names and values.
    said: Vec<(&'static str, String)>,
}

impl RemoteSequence {
    /// Reads a STAC Collection.
    ///
    /// # Errors
    /// A sentence, if it is none.
    pub fn read(document: &Value, at: &Url) -> Result<Self, String> {
        if document["type"] != "Collection" {
            return Err(format!("{at} is no sequence"));
        }
        let items = link(document, "items", at).ok_or_else(|| format!("{at} does not say where its pictures are"))?;
        let title = document["title"].as_str().map(str::trim).filter(|title| is_plain(title)).unwrap_or("untitled");
        Ok(Self {
            title: title.to_owned(),
            items: paged(items),
            pictures: document["stats:items"]["count"].as_i64().filter(|count| *count >= 0),
            license: license(&document["license"]),
            semantics: semantics(&document["semantics"]),
        })
    }

    /// Its tags here: where it is from, and those that it has there.
    pub fn tags(&self, location: &str) -> Vec<Semantic> {
        let origin = Semantic { key: ORIGIN.to_owned(), value: location.to_owned() };
        let others = self.semantics.iter().filter(|tag| tag.key != ORIGIN).cloned();
        let mut tags: Vec<Semantic> = std::iter::once(origin).chain(others).take(MOST_TAGS).collect();
        tags.sort();
        tags
    }
}

/// The pictures of a page.
pub fn pictures(document: &Value) -> &[Value] {
    document["features"].as_array().map_or(&[], Vec::as_slice)
}

/// The page after a page.
pub fn next(document: &Value, at: &Url) -> Option<Url> {
    link(document, "next", at)
}

impl RemotePicture {
    /// Reads a STAC Item.
    ///
    /// # Errors
    /// Why it cannot be taken.
    pub fn read(document: &Value, at: &Url) -> Result<Self, String> {
        let id = document["id"].as_str().and_then(|text| text.parse().ok()).filter(|id: &PictureId| !id.0.is_nil());
        let id = id.ok_or("its identifier is no UUID")?;
        let file = document["assets"]["hd"]["href"].as_str().and_then(|href| at.join(href).ok());
        let file = file.ok_or("it has no file")?;
        let properties = &document["properties"];
        let text = |name: &str| properties[name].as_str().map(str::trim).filter(|text| is_plain(text));
        let mut said = vec![("picture_id", id.to_string())];
        let position = &document["geometry"]["coordinates"];
        if let (Some(lon), Some(lat)) = (position[0].as_f64(), position[1].as_f64()) {
            said.extend([("override_longitude", lon.to_string()), ("override_latitude", lat.to_string())]);
        }
        said.extend(
            text("datetimetz").or_else(|| text("datetime")).map(|time| ("override_capture_time", time.to_owned())),
        );
        // 0 is what is written where nothing is known; what was computed from the track is computed again.
        let measured = !matches!(text("flaneur:heading_source"), Some("none" | "track"));
        if let Some(degrees) = properties["view:azimuth"].as_f64().filter(|degrees| measured && *degrees > 0.0) {
            let hundredths = (degrees * 100.0).round().clamp(0.0, 36_000.0);
            said.push(("override_Exif.GPSInfo.GPSImgDirection", format!("{hundredths}/100")));
        }
        let orientation = &properties["pers:interior_orientation"];
        if orientation["field_of_view"].as_f64() == Some(360.0) && orientation["visible_area"].is_null() {
            said.push(("override_Xmp.GPano.ProjectionType", "equirectangular".to_owned()));
        }
        Ok(Self {
            id,
            name: file_name(Some(text("original_file:name").unwrap_or(&format!("{id}.jpg")))),
            file,
            license: license(&properties["license"]),
            semantics: semantics(&properties["semantics"]),
            attribution: text("attribution").map(str::to_owned),
            producer: text("geovisio:producer").map(str::to_owned),
            said,
        })
    }

    /// The form with which its contributor would have sent it to this position.
    ///
    /// # Errors
    /// If a value makes no sense.
    pub fn form(&self, position: i64) -> ApiResult<Form> {
        let mut form = Form::default();
        form.take("position", position.to_string())?;
        for (name, value) in &self.said {
            form.take(name, value.clone())?;
        }
        Ok(form)
    }

    /// Its licence, and whom to name: whoever it names, or whose it is there, unless that is `account`.
    pub fn rights(&self, license: String, account: &str) -> Rights {
        let there = || {
            let producer = self.producer.as_deref().filter(|producer| *producer != account)?;
            Some(format!("{producer} ({})", self.file.host_str().unwrap_or_default()))
        };
        let attribution = self.attribution.clone().or_else(there);
        let attribution = attribution.and_then(|text| crate::rights::attribution(&text).ok().flatten());
        Rights { license: Some(license), attribution }
    }
}

/// Whether a text may be taken over.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control)
}

/// A link, made absolute.
fn link(document: &Value, rel: &str, at: &Url) -> Option<Url> {
    let links = document["links"].as_array()?;
    let link = links.iter().find(|link| link["rel"] == rel)?;
    at.join(link["href"].as_str()?).ok()
}

fn paged(mut url: Url) -> Url {
    if !url.query_pairs().any(|(name, _)| name == "limit") {
        url.query_pairs_mut().append_pair("limit", PAGE);
    }
    url
}

/// One licence, not several or none.
fn license(value: &Value) -> Option<String> {
    value.as_str().filter(|id| !matches!(*id, "" | "various" | "other" | "proprietary")).map(str::to_owned)
}

/// Tags that may be taken over.
fn semantics(value: &Value) -> Vec<Semantic> {
    let fits = |text: &str, longest| !text.is_empty() && text.len() <= longest && !text.contains('\0');
    let mut tags: Vec<Semantic> = Vec::new();
    for tag in value.as_array().map_or(&[][..], Vec::as_slice) {
        let (Some(key), Some(value)) = (tag["key"].as_str(), tag["value"].as_str()) else { continue };
        let tag = Semantic { key: key.to_owned(), value: value.to_owned() };
        if fits(key, LONGEST_KEY) && fits(value, LONGEST_VALUE) && tags.len() < MOST_TAGS && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at() -> Url {
        "https://other.example/api/collections/1".parse().unwrap()
    }

    #[test]
    fn a_sequence_is_read() {
        let document = json!({
            "type": "Collection", "title": " A walk ", "license": "CC-BY-4.0", "stats:items": { "count": 7 },
            "semantics": [{ "key": "a", "value": "b" }, { "key": "a", "value": "b" }, { "key": "", "value": "b" }, 7],
            "links": [{ "rel": "self" }, { "rel": "items", "href": "/api/collections/1/items" }],
        });
        let sequence = RemoteSequence::read(&document, &at()).unwrap();
        assert_eq!((sequence.title.as_str(), sequence.pictures), ("A walk", Some(7)));
        assert_eq!(sequence.items.as_str(), "https://other.example/api/collections/1/items?limit=100");
        assert_eq!((sequence.license.as_deref(), sequence.semantics.len()), (Some("CC-BY-4.0"), 1));
        for wrong in [json!([]), json!({}), json!({ "type": "Feature" }), json!({ "type": "Collection", "links": 1 })] {
            assert!(RemoteSequence::read(&wrong, &at()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_picture_is_read() {
        let id = "0191f0a0-7c3e-4a51-9d3a-6d2f6f0c2b11";
        let document = json!({
            "id": id,
            "geometry": { "coordinates": [2.5, 48.25] },
            "assets": { "hd": { "href": "https://cdn.example/1.jpg" } },
            "properties": {
                "datetime": "2024-05-01T10:00:00+00:00", "datetimetz": "2024-05-01T12:00:00+02:00", "view:azimuth": 90.5,
                "license": "etalab-2.0", "geovisio:producer": "alice", "original_file:name": "../a.jpg",
                "pers:interior_orientation": { "field_of_view": 360 },
            },
        });
        let picture = RemotePicture::read(&document, &at()).unwrap();
        assert_eq!((picture.id.to_string().as_str(), picture.file.as_str()), (id, "https://cdn.example/1.jpg"));
        let form = picture.form(3).unwrap();
        assert_eq!((form.position, form.picture, picture.name.as_str()), (Some(3), Some(picture.id), "a.jpg"));
        let overrides = form.overrides().unwrap();
        assert_eq!((overrides.longitude, overrides.latitude), (Some(2.5), Some(48.25)));
        assert_eq!(overrides.captured.as_deref(), Some("2024-05-01T12:00:00+02:00"));
        assert_eq!(overrides.tags["Exif.GPSInfo.GPSImgDirection"], "9050/100");
        assert_eq!(overrides.tags["Xmp.GPano.ProjectionType"], "equirectangular");
        let rights = picture.rights("etalab-2.0".to_owned(), "bob");
        assert_eq!(rights.attribution.as_deref(), Some("alice (cdn.example)"));
        assert_eq!(picture.rights("etalab-2.0".to_owned(), "alice").attribution, None);

        let mut strange = document.clone();
        strange["properties"]["datetimetz"] = json!("x\0y");
        strange["properties"]["original_file:name"] = json!("a".repeat(5000));
        let strange = RemotePicture::read(&strange, &at()).unwrap();
        assert_eq!(
            strange.form(1).unwrap().overrides().unwrap().captured.as_deref(),
            Some("2024-05-01T10:00:00+00:00")
        );
        assert_eq!(strange.name, format!("{id}.jpg"));
        let mut wrong = document.clone();
        wrong["id"] = json!("x");
        assert!(RemotePicture::read(&wrong, &at()).is_err());
        let mut wrong = document;
        wrong["assets"] = json!({});
        assert!(RemotePicture::read(&wrong, &at()).is_err());
    }

    #[test]
    fn what_was_computed_is_not_taken_for_measured() {
        for (heading, source) in [(90.0, json!("track")), (0.0, json!("none")), (0.0, json!(null))] {
            let document = json!({
                "id": "0191f0a0-7c3e-4a51-9d3a-6d2f6f0c2b11", "assets": { "hd": { "href": "a.jpg" } },
                "properties": { "view:azimuth": heading, "flaneur:heading_source": source },
            });
            let picture = RemotePicture::read(&document, &at()).unwrap();
            assert!(picture.form(1).unwrap().overrides().unwrap().tags.is_empty(), "{document}");
        }
    }
}
