//! How pictures are searched for.

use flaneur_access::Viewer;
use flaneur_coverage::quadkey::Bbox;
use jiff::Timestamp;

use super::{Item, PictureFilter, PictureId, Region, SequenceId};

/// A part of the world.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// The box.
    pub bbox: Bbox,
    /// What of the box is meant; none: all of it.
    pub region: Option<Region>,
}

impl Area {
    /// All of a box.
    pub fn of(bbox: Bbox) -> Self {
        Self { bbox, region: None }
    }

    /// A region, and the box around it.
    pub fn within(region: Region) -> Self {
        Self { bbox: region.bbox(), region: Some(region) }
    }
}

/// In which order a search answers.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Order {
    /// The latest capture first.
    #[default]
    Newest,
    /// The earliest capture first.
    Oldest,
    /// Nearest to a point (lon, lat in degrees) first.
    Nearest(f64, f64),
    /// By identifier.
    Id,
    /// By identifier, backwards.
    IdBackwards,
}

/// Where a page of a search ended: the last picture on it, with what its place in the order comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchPlace {
    /// When it was taken.
    pub captured_at: Timestamp,
    /// How far it is from the point of [`Order::Nearest`]: [`squared_distance`].
    pub squared_distance: f64,
    /// The picture.
    pub id: PictureId,
}

impl SearchPlace {
    /// The place of a picture in the order of a search.
    pub fn of(item: &Item, order: Order) -> Self {
        let picture = &item.picture;
        let squared_distance = match order {
            Order::Nearest(lon, lat) => squared_distance((picture.lon, picture.lat), (lon, lat)),
            _ => 0.0,
        };
        Self { captured_at: picture.captured_at, squared_distance, id: picture.id }
    }
}

/// The squared distance of a place from a point (lon, lat in degrees), in degrees of latitude, on a plane that touches the
/// Earth at the point. The database computes the same, bit by bit, to sort by it.
pub fn squared_distance(place: (f64, f64), point: (f64, f64)) -> f64 {
    let (scale, apart) = (point.1.to_radians().cos(), (place.0 - point.0).abs());
    let across = (if apart > 180.0 { 360.0 - apart } else { apart }) * scale;
    // Not fused: that would be another number than the database's.
    across * across + (place.1 - point.1) * (place.1 - point.1)
}

/// What of a picture is read that costs more than all the rest of it, which is read anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// EXIF and XMP values, which are half of a row; else there are none.
    pub exif: bool,
    /// The pictures before and after it, each of which is looked for; else there are none.
    pub neighbours: bool,
    /// What is marked in it; else there is nothing.
    pub annotations: bool,
}

impl Parts {
    /// All of it.
    pub const ALL: Self = Self { exif: true, neighbours: true, annotations: true };
}

/// What to search for. Conditions add up; an empty list is no condition.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchQuery {
    /// On whose behalf.
    pub viewer: Viewer,
    /// Only these pictures.
    pub ids: Vec<PictureId>,
    /// Only pictures in these sequences.
    pub sequences: Vec<SequenceId>,
    /// Only pictures in this part of the world.
    pub area: Option<Area>,
    /// Not taken before.
    pub since: Option<Timestamp>,
    /// Not taken after.
    pub until: Option<Timestamp>,
    /// Only what this holds for.
    pub filter: Option<PictureFilter>,
    /// In which order.
    pub order: Order,
    /// Only what comes after this one, in this order.
    pub after: Option<SearchPlace>,
    /// At most so many.
    pub limit: i64,
    /// With links to related pictures, which have to be looked for around each.
    pub related: bool,
    /// What is read of each.
    pub parts: Parts,
}

impl SearchQuery {
    /// The latest of all that a viewer may see.
    pub fn all(viewer: Viewer, limit: i64) -> Self {
        Self {
            viewer,
            ids: Vec::new(),
            sequences: Vec::new(),
            area: None,
            since: None,
            until: None,
            filter: None,
            order: Order::default(),
            after: None,
            limit,
            related: false,
            parts: Parts::ALL,
        }
    }
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Pictures, in order.
    pub items: Vec<Item>,
    /// Where to go on, if there may be more. There is, unless the search stopped because it had looked at as many
    /// pictures as one search may.
    pub next: Option<SearchPlace>,
}
