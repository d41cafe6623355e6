//! What a sequence looks like from outside, computed from its pictures.

use flaneur_dispatch::{bbox, length_m, track};

use crate::model::{Rights, SequenceSummary, Summarised, SummaryPoint, VARIOUS};

/// Neighbours further apart are not joined by a line, metres: the reference server's rule.
const MAX_GAP_M: f64 = 75.0;

/// Sums the published pictures of a sequence, in order, up.
pub fn summarise(points: &[SummaryPoint]) -> Summarised {
    let positions: Vec<(f64, f64)> = points.iter().map(|point| (point.lon, point.lat)).collect();
    // No line leads through what is not shown.
    let runs = points.chunk_by(|_, next| !next.apart);
    let mut lines: Vec<_> = runs
        .flat_map(|run| track(&run.iter().map(|point| (point.lon, point.lat)).collect::<Vec<_>>(), MAX_GAP_M))
        .collect();
    // A sum of nothing is -0, which not every database keeps.
    let length = length_m(&lines) + 0.0;
    if lines.is_empty() {
        // Pictures too far apart for a line are still somewhere.
        lines = positions.iter().map(|position| vec![*position]).collect();
    }
    let first = points.iter().map(|point| point.captured_at).min();
    let last = points.iter().map(|point| point.captured_at).max();
    let earliest = points.iter().min_by_key(|point| point.captured_at);
    let summary = SequenceSummary {
        nb_pictures: points.len() as i64,
        bbox: bbox(&positions),
        interval: first.zip(last),
        length_m: length,
        capture_date: earliest.map(|point| point.captured_local.chars().take(10).collect()),
        camera: common(points, |point| Some(point.camera.clone())),
        projection: common(points, |point| Some(point.projection)),
        field_of_view: common(points, |point| point.field_of_view),
        focal_length: common(points, |point| point.focal_length),
        accuracy: ninth_of_ten(points),
        pixel_density: common(points, |point| point.pixel_density),
        rights: Rights {
            license: license(points),
            attribution: common(points, |point| point.rights.attribution.clone()),
        },
    };
    Summarised { summary, lines }
}

/// The licence of all, or that there are several.
fn license(points: &[SummaryPoint]) -> Option<String> {
    let first = points.first()?.rights.license.as_ref();
    let agreed = points.iter().all(|point| point.rights.license.as_ref() == first);
    if agreed { first.cloned() } else { Some(VARIOUS.to_owned()) }
}

/// The value all pictures have, if they have the same.
fn common<T: PartialEq>(points: &[SummaryPoint], value: impl Fn(&SummaryPoint) -> Option<T>) -> Option<T> {
    let first = value(points.first()?);
    if points.iter().all(|point| value(point) == first) { first } else { None }
}

/// The accuracy that nine of ten pictures reach, metres.
fn ninth_of_ten(points: &[SummaryPoint]) -> Option<f64> {
    let mut known: Vec<f64> = points.iter().filter_map(|point| point.accuracy).collect();
    known.sort_by(f64::total_cmp);
    let at = (known.len() * 9).div_ceil(10).checked_sub(1)?;
    known.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PictureId, Projection};
    use jiff::Timestamp;
    use uuid::Uuid;

    fn point(n: i64, lon: f64) -> SummaryPoint {
        SummaryPoint {
            id: PictureId(Uuid::from_u128(n as u128)),
            lon,
            lat: 48.0,
            captured_at: Timestamp::from_second(1_700_000_000 - n).unwrap(),
            apart: false,
            captured_local: format!("2023-11-14T23:13:{:02}+01:00", 20 - n),
            camera: (Some("GoPro".to_owned()), Some("Max".to_owned())),
            projection: Projection::Equirectangular,
            field_of_view: Some(360.0),
            focal_length: Some(3.0),
            accuracy: Some(n as f64),
            pixel_density: Some(16),
            rights: Rights { license: Some("CC-BY-4.0".to_owned()), attribution: None },
        }
    }

    #[test]
    fn agreement_is_told_and_disagreement_is_not() {
        let mut points: Vec<_> = (1..=10).map(|n| point(n, 2.0 + n as f64 * 1e-4)).collect();
        let Summarised { summary, lines } = summarise(&points);
        assert_eq!(summary.nb_pictures, 10);
        assert_eq!(lines.len(), 1);
        assert!((summary.length_m - 67.0).abs() < 1.0, "{}", summary.length_m);
        assert_eq!(summary.accuracy, Some(9.0));
        assert_eq!(summary.interval.map(|(first, last)| last.as_second() - first.as_second()), Some(9));
        assert_eq!(summary.capture_date.as_deref(), Some("2023-11-14"));
        points[3].camera.1 = Some("Hero".to_owned());
        points[4].pixel_density = None;
        assert_eq!(summary.rights.license.as_deref(), Some("CC-BY-4.0"));
        points[5].rights.license = None;
        let summary = summarise(&points).summary;
        assert_eq!(summary.camera, None);
        assert_eq!(summary.pixel_density, None);
        assert_eq!(summary.rights.license.as_deref(), Some("various"));
        assert_eq!(summary.projection, Some(Projection::Equirectangular));
    }

    #[test]
    fn no_line_leads_through_what_is_not_shown() {
        let mut points: Vec<_> = (1..=4).map(|n| point(n, 2.0 + n as f64 * 1e-4)).collect();
        points[2].apart = true;
        let lines = summarise(&points).lines;
        assert_eq!(lines.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
    }

    #[test]
    fn scattered_pictures_stay_on_the_map() {
        let Summarised { summary, lines } = summarise(&[point(1, 2.0), point(2, 3.0)]);
        assert_eq!(lines, [vec![(2.0, 48.0)], vec![(3.0, 48.0)]]);
        assert_eq!(summary.length_m.to_bits(), 0.0_f64.to_bits());
        assert_eq!(summarise(&[]), Summarised::default());
    }
}
