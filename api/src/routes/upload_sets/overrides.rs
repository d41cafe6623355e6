//! What a client asks to be used instead of a file's own metadata: the `override_*` parts of a form.

use std::collections::BTreeMap;

use flaneur_catalog::model::{ChosenPlace, PictureId};
use flaneur_geotag::Overrides;
use serde_json::{Value, json};

use crate::{ApiError, ApiResult};

/// Most `override_*` parts in a form.
const MAX_TAGS: usize = 100;

/// Collects the text parts of a form.
#[derive(Debug, Default)]
pub struct Form {
    /// The client says the picture is blurred already.
    pub claimed_blurred: bool,
    /// The id that the picture is to have, if the client chose one.
    pub picture: Option<PictureId>,
    /// Where in its sequence the picture is to be, if the client chose that.
    pub position: Option<i64>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    captured: Option<String>,
    tags: BTreeMap<String, String>,
}

impl Form {
    /// Takes a text part. Parts that mean nothing here are passed over, as the reference server does.
    pub fn take(&mut self, name: &str, value: String) -> ApiResult<()> {
        match name {
            "picture_id" => {
                let id = value.trim().parse().ok().filter(|id: &PictureId| !id.0.is_nil());
                self.picture = Some(id.ok_or_else(|| {
                    ApiError::bad_request("`picture_id` must be a UUID that you choose at random, for this file only")
                })?);
            }
            "position" => {
                let position = value.trim().parse().ok().filter(|position| (1..=ChosenPlace::LAST).contains(position));
                self.position = Some(
                    position
                        .ok_or_else(|| ApiError::bad_request("`position` must be a whole number from 1 to 999999"))?,
                );
            }
            "isBlurred" => self.claimed_blurred = value.eq_ignore_ascii_case("true"),
            "override_latitude" => self.latitude = Some(degrees("latitude", &value, 90.0)?),
            "override_longitude" => self.longitude = Some(degrees("longitude", &value, 180.0)?),
            "override_capture_time" => self.captured = Some(value),
            _ => {
                let tag = name.strip_prefix("override_").unwrap_or_default();
                if (tag.starts_with("Exif.") || tag.starts_with("Xmp.")) && self.tags.len() < MAX_TAGS {
                    self.tags.insert(tag.to_owned(), value);
                }
            }
        }
        Ok(())
    }

    /// The overrides, once all parts are there.
    pub fn overrides(&self) -> ApiResult<Overrides> {
        match (self.latitude, self.longitude) {
            (Some(_), None) => Err(ApiError::bad_request(
                "Latitude cannot be overridden alone, override_longitude also needs to be set",
            )),
            (None, Some(_)) => Err(ApiError::bad_request(
                "Longitude cannot be overridden alone, override_latitude also needs to be set",
            )),
            _ => Ok(Overrides {
                latitude: self.latitude,
                longitude: self.longitude,
                captured: self.captured.clone(),
                tags: self.tags.clone(),
            }),
        }
    }
}

fn degrees(name: &str, text: &str, most: f64) -> ApiResult<f64> {
    let value = text.trim().parse::<f64>().ok().filter(|value| (-most..=most).contains(value));
    value.ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        ApiError::bad_request(format!("For parameter `override_{name}`, `{shown}` is not a valid {name}"))
            .because(format!("{name} needs to be between -{most} and {most}"))
    })
}

/// Overrides as the catalog keeps them.
pub fn to_json(overrides: &Overrides) -> Value {
    json!({
        "latitude": overrides.latitude,
        "longitude": overrides.longitude,
        "captured": overrides.captured,
        "tags": overrides.tags,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_come_in_pairs_and_in_range() {
        let mut form = Form::default();
        form.take("override_latitude", "48.5".to_owned()).unwrap();
        assert!(form.overrides().unwrap_err().message().contains("override_longitude"));
        form.take("override_longitude", "2.5".to_owned()).unwrap();
        assert_eq!(form.overrides().unwrap().longitude, Some(2.5));
        for bad in ["120", "NaN", "inf", "north", ""] {
            assert!(form.take("override_latitude", bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn unknown_parts_are_passed_over() {
        let mut form = Form::default();
        form.take("override_Exif.Image.Artist", "Ada".to_owned()).unwrap();
        form.take("colour", "blue".to_owned()).unwrap();
        assert_eq!(form.overrides().unwrap().tags.len(), 1);
    }
}
