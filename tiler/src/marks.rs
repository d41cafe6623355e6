//! From what the catalog knows to what tiles show.

use flaneur_catalog::model::{GridCell, PictureMark, Projection, SequenceMark};
use flaneur_coverage::{GridPoint, PicturePoint, SequenceLine, cell};

/// A counted cell of a zoom level; none if the catalog's key is none.
pub(crate) fn grid_point(counted: GridCell, zoom: u8) -> Option<GridPoint> {
    let (lon, lat) = cell::middle(cell::cell(counted.key, zoom)?);
    Some(GridPoint {
        lon,
        lat,
        pictures: u64::try_from(counted.pictures).unwrap_or(0),
        panoramas: u64::try_from(counted.panoramas).unwrap_or(0),
    })
}

pub(crate) fn sequence_line(mark: SequenceMark) -> SequenceLine {
    SequenceLine {
        id: mark.id.0,
        account: mark.account.0,
        model: mark.camera,
        panorama: mark.projection.map(|projection| projection == Projection::Equirectangular),
        date: mark.date,
        accuracy: mark.accuracy,
        pixel_density: mark.pixel_density,
        lines: mark.lines,
        hidden: mark.hidden,
    }
}

pub(crate) fn picture_point(mark: PictureMark) -> PicturePoint {
    PicturePoint {
        id: mark.id.0,
        account: mark.account.0,
        sequence: mark.sequence.0,
        captured: mark.captured_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        heading: mark.heading,
        panorama: mark.projection == Projection::Equirectangular,
        model: mark.camera,
        accuracy: mark.accuracy,
        pixel_density: mark.pixel_density,
        hidden: mark.hidden,
        lon: mark.lon,
        lat: mark.lat,
    }
}
