//! What a map may be narrowed down to: read from a request, asked of what the catalog answers, and written into addresses.
//!
//! Whether a picture or sequence fits is decided here, by what the catalog says of it, so that no combination of filters is a
//! query of its own ([ADR 16](../../docs/adr/0016-tiles-are-filtered-where-they-are-drawn.md)). Only the account is the
//! catalog's to filter by, and whether something has a tag is asked of it for what fits otherwise.

use axum::extract::{FromRequestParts, Query};
use flaneur_catalog::model::{AccountId, GridCell, Period, PictureMark, Projection, SequenceMark};
use http::request::Parts;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use crate::error::TileError;

/// Longest model or tag that is asked for, bytes.
const LONGEST: usize = 200;

/// Filters as they are asked for. What is asked for together has to fit together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Parameters {
    /// When it was taken: a time, a day, or an interval of these with `..` for an open end. A sequence fits if some of its time
    /// does.
    #[param(example = "2024-05-01/..")]
    datetime: Option<String>,
    /// `flat` or `equirectangular`. A sequence fits if all of its pictures do.
    #[serde(rename = "type")]
    #[param(example = "equirectangular")]
    kind: Option<String>,
    /// How make and model of the camera begin, in small or capital letters. A sequence fits if all of its pictures are of one
    /// camera, which does.
    #[param(example = "gopro")]
    model: Option<String>,
    /// Whose it is: the account's UUID. Not on the map of one account.
    account_id: Option<String>,
    /// At least so many pixels per degree.
    #[param(example = 15)]
    h_pixel_density: Option<String>,
    /// At most so many metres off.
    #[param(example = 4)]
    gps_accuracy: Option<String>,
    /// A tag: `KEY`, or `KEY=VALUE`. A picture fits if it has the tag, or a part of it or its sequence has; a sequence if it has
    /// the tag itself.
    #[param(example = "osm|traffic_sign=stop")]
    tag: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = TileError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, TileError> {
        let Query(parameters) = Query::from_request_parts(parts, state)
            .await
            .map_err(|_| TileError::Filter("each filter is given once, as in `type=flat&model=gopro`".to_owned()))?;
        Ok(parameters)
    }
}

/// A tag that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    /// Its key.
    pub(crate) key: String,
    /// Its value; none: any.
    pub(crate) value: Option<String>,
}

/// What a map is narrowed down to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Filter {
    /// Whose it is.
    pub(crate) account: Option<AccountId>,
    /// What it is tagged with, which only the catalog knows.
    pub(crate) tag: Option<Tag>,
    captured: Option<Period>,
    projection: Option<Projection>,
    /// In small letters.
    model: Option<String>,
    /// Pixels per degree.
    density: Option<i64>,
    /// Metres.
    accuracy: Option<f64>,
    /// The parameters it is of, in one order.
    query: String,
}

impl Filter {
    /// Reads what is asked for. `own`: on the map of one account, which is the account's anyway.
    pub(crate) fn new(parameters: &Parameters, own: Option<AccountId>) -> Result<Self, TileError> {
        let refuse = TileError::Filter;
        let mut query = Serializer::new(String::new());
        let mut note = |name: &str, text: &str| {
            query.append_pair(name, text);
        };
        let mut filter = Self { account: own, ..Self::default() };
        if let Some(text) = given(parameters.datetime.as_ref()) {
            filter.captured = Some(Period::read(text).map_err(|error| refuse(error.to_string()))?);
            note("datetime", text);
        }
        if let Some(text) = given(parameters.kind.as_ref()) {
            filter.projection = Some(match text {
                "flat" => Projection::Flat,
                "equirectangular" => Projection::Equirectangular,
                _ => return Err(refuse("`type` is flat or equirectangular".to_owned())),
            });
            note("type", text);
        }
        if let Some(text) = given(parameters.model.as_ref()) {
            filter.model = Some(short("model", text)?.to_lowercase());
            note("model", text);
        }
        if let Some(text) = given(parameters.account_id.as_ref()) {
            if own.is_some() {
                return Err(refuse(
                    "`account_id` is for the map of everybody; this is the map of one account".to_owned(),
                ));
            }
            let id: AccountId = text.parse().map_err(|_| {
                refuse("`account_id` is the UUID of an account, as items tell it in `providers`".to_owned())
            })?;
            filter.account = Some(id);
            note("account_id", &id.to_string());
        }
        if let Some(text) = given(parameters.h_pixel_density.as_ref()) {
            let least = text.parse().ok().filter(|least| (0..=100_000).contains(least));
            let least = least.ok_or_else(|| {
                refuse("`h_pixel_density` is a whole number of pixels per degree, such as 15".to_owned())
            })?;
            filter.density = Some(least);
            note("h_pixel_density", text);
        }
        if let Some(text) = given(parameters.gps_accuracy.as_ref()) {
            let most = text.parse().ok().filter(|most: &f64| most.is_finite() && *most >= 0.0);
            filter.accuracy =
                Some(most.ok_or_else(|| refuse("`gps_accuracy` is a number of metres, such as 4".to_owned()))?);
            note("gps_accuracy", text);
        }
        if let Some(text) = given(parameters.tag.as_ref()) {
            filter.tag = Some(tag(short("tag", text)?)?);
            note("tag", text);
        }
        filter.query = query.finish();
        Ok(filter)
    }

    /// What it adds to the address of a tile: nothing, or a question mark and the parameters in one order.
    pub(crate) fn suffix(&self) -> String {
        if self.query.is_empty() { String::new() } else { format!("?{}", self.query) }
    }

    /// Whether nothing is asked for, on the map of everybody.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the counts that the catalog keeps answer it.
    pub(crate) fn is_counted(&self) -> bool {
        let Self { captured, model, density, accuracy, tag, account: _, projection: _, query: _ } = self;
        captured.is_none() && model.is_none() && density.is_none() && accuracy.is_none() && tag.is_none()
    }

    /// Whether there is something to be asked of each picture or sequence.
    pub(crate) fn asks(&self) -> bool {
        !self.is_counted() || self.projection.is_some()
    }

    /// The cell with what of it fits.
    pub(crate) fn count(&self, cell: GridCell) -> GridCell {
        match self.projection {
            None => cell,
            Some(Projection::Equirectangular) => GridCell { pictures: cell.panoramas, ..cell },
            Some(Projection::Flat) => GridCell { pictures: cell.pictures - cell.panoramas, panoramas: 0, ..cell },
        }
    }

    /// Whether a picture fits, but for its tags.
    pub(crate) fn fits_picture(&self, mark: &PictureMark) -> bool {
        self.captured.is_none_or(|period| period.meets(mark.captured_at, mark.captured_at))
            && self.fits(Some(mark.projection), mark.camera.as_deref(), mark.pixel_density, mark.accuracy)
    }

    /// Whether a sequence fits, but for its tags: by what is said of all of it.
    pub(crate) fn fits_sequence(&self, mark: &SequenceMark) -> bool {
        let in_time = |period: Period| mark.captured.is_some_and(|(first, last)| period.meets(first, last));
        self.captured.is_none_or(in_time)
            && self.fits(mark.projection, mark.camera.as_deref(), mark.pixel_density, mark.accuracy)
    }

    /// What is not known fits nothing that is asked for.
    fn fits(
        &self,
        projection: Option<Projection>,
        camera: Option<&str>,
        density: Option<i64>,
        accuracy: Option<f64>,
    ) -> bool {
        let begins = |model: &String| camera.is_some_and(|camera| camera.to_lowercase().starts_with(model.as_str()));
        self.projection.is_none_or(|wanted| projection == Some(wanted))
            && self.model.as_ref().is_none_or(begins)
            && self.density.is_none_or(|least| density.is_some_and(|density| density >= least))
            && self.accuracy.is_none_or(|most| accuracy.is_some_and(|accuracy| accuracy <= most))
    }
}

/// What is asked for, unless it is nothing.
fn given(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn short<'a>(name: &str, text: &'a str) -> Result<&'a str, TileError> {
    if text.len() > LONGEST {
        return Err(TileError::Filter(format!("`{name}` has at most {LONGEST} bytes")));
    }
    Ok(text)
}

/// Keys have no `=`, as everywhere where tags are written as text.
fn tag(text: &str) -> Result<Tag, TileError> {
    let (key, value) = match text.split_once('=') {
        Some((key, value)) => (key.trim(), Some(value.trim().to_owned())),
        None => (text, None),
    };
    if key.is_empty() || value.as_ref().is_some_and(String::is_empty) {
        return Err(TileError::Filter("`tag` is KEY or KEY=VALUE, such as osm|traffic_sign=stop".to_owned()));
    }
    Ok(Tag { key: key.to_owned(), value })
}
