//! What is asked for: what a folder is of.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::{
    FetchError,
    area::{BBox, Polygons},
};

/// Which of a picture's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// At most 2048 pixels wide.
    Sd,
    /// Full resolution.
    #[default]
    Hd,
}

impl Quality {
    /// The asset's name in an item.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sd => "sd",
            Self::Hd => "hd",
        }
    }
}

impl std::str::FromStr for Quality {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "sd" => Ok(Self::Sd),
            "hd" => Ok(Self::Hd),
            _ => Err("the quality has to be sd or hd".to_owned()),
        }
    }
}

/// Which pictures, of which server. A folder holds what answers one query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// The server's address, or that of its API.
    pub url: String,
    /// Only pictures in this box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bbox: Option<BBox>,
    /// Only pictures in these polygons, as GeoJSON. Not together with a box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intersects: Option<Value>,
    /// Only pictures that changed then or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Only pictures that changed then or earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Only pictures for which this holds: CQL2 text, which the server reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Only pictures in these sequences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<String>,
    /// Which file of each.
    #[serde(default)]
    pub quality: Quality,
}

impl Query {
    /// All pictures of a server.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            bbox: None,
            intersects: None,
            since: None,
            until: None,
            filter: None,
            collections: Vec::new(),
            quality: Quality::default(),
        }
    }

    /// The server's address.
    ///
    /// # Errors
    /// If it is none.
    pub fn address(&self) -> Result<Url, FetchError> {
        let usage =
            |why: &str| FetchError::Usage(format!("`{}` is no address of a server: {why}", crate::shown(&self.url)));
        let url = Url::parse(&self.url).map_err(|_| usage("say it as in https://panoramax.example.org"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(usage("it has to begin with https:// or http://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(usage("a name or password in it would be written to the folder; use a token"));
        }
        Ok(url)
    }

    /// The same query, always written the same way, so that it can be compared with another.
    pub(crate) fn settled(&self) -> Result<Self, FetchError> {
        let mut url = self.address()?;
        url.set_fragment(None);
        if self.bbox.is_some() && self.intersects.is_some() {
            return Err(FetchError::Usage("choose a box or an area, not both".to_owned()));
        }
        if let (Some(since), Some(until)) = (self.since, self.until)
            && since > until
        {
            return Err(FetchError::Usage("the time ends before it begins".to_owned()));
        }
        let intersects = self.polygons()?.map(|polygons| polygons.geojson());
        let mut collections = self.collections.clone();
        collections.sort();
        collections.dedup();
        if let Some(odd) = collections.iter().find(|id| !crate::item::is_name(id)) {
            return Err(FetchError::Usage(format!("`{}` is no identifier of a sequence", crate::shown(odd))));
        }
        let filter = self.filter.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let url = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { url, intersects, filter, collections, ..self.clone() })
    }

    /// The area, if there is one.
    pub(crate) fn polygons(&self) -> Result<Option<Polygons>, FetchError> {
        self.intersects.as_ref().map(Polygons::parse).transpose().map_err(FetchError::Usage)
    }
}

/// Reads when something begins: a time as in RFC 3339, or a day, whose beginning in UTC it is then.
///
/// # Errors
/// A sentence that says what is expected.
pub fn parse_since(text: &str) -> Result<Timestamp, String> {
    moment(text).map(|(begin, _)| begin)
}

/// Reads when something ends: a time as in RFC 3339, or a day, whose end in UTC it is then.
///
/// # Errors
/// A sentence that says what is expected.
pub fn parse_until(text: &str) -> Result<Timestamp, String> {
    moment(text).map(|(_, end)| end)
}

fn moment(text: &str) -> Result<(Timestamp, Timestamp), String> {
    let text = text.trim();
    let read = || {
        if text.len() != 10 {
            return text.parse().ok().map(|at: Timestamp| (at, at));
        }
        let day: Date = text.parse().ok()?;
        let begin = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
        let end = begin.checked_add(SignedDuration::from_hours(24)).ok()?;
        Some((begin, end.checked_sub(SignedDuration::from_micros(1)).ok()?))
    };
    read()
        .ok_or_else(|| format!("`{text}` has to be a day, such as 2026-05-01, or a time, such as 2026-05-01T12:00:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_and_end() {
        assert_eq!(parse_since("2026-05-01").unwrap().to_string(), "2026-05-01T00:00:00Z");
        assert_eq!(parse_until("2026-05-01").unwrap().to_string(), "2026-05-01T23:59:59.999999Z");
        assert_eq!(parse_until("2026-05-01T12:00:00+02:00").unwrap().to_string(), "2026-05-01T10:00:00Z");
        for bad in ["", "yesterday", "2026-13-01", "2026-05-01T12:00:00"] {
            assert!(parse_since(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_same_query_is_written_the_same_way() {
        let mut one = Query::new("https://example.org/api/");
        one.collections = vec!["b".to_owned(), "a".to_owned(), "b".to_owned()];
        one.filter = Some("  ".to_owned());
        let mut other = Query::new("https://example.org/api");
        other.collections = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(one.settled().unwrap(), other.settled().unwrap());
        let text = serde_json::to_string(&one.settled().unwrap()).unwrap();
        assert_eq!(serde_json::from_str::<Query>(&text).unwrap(), other);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for bad in ["example.org", "ftp://example.org", "https://user:secret@example.org", "file:///etc"] {
            assert!(Query::new(bad).settled().is_err(), "{bad}");
        }
        let query = Query::new("https://example.org");
        assert!(Query { collections: vec!["../x".to_owned()], ..query.clone() }.settled().is_err());
        let reversed = Query { since: parse_since("2026-05-02").ok(), until: parse_until("2026-05-01").ok(), ..query };
        assert!(reversed.settled().is_err());
    }
}
