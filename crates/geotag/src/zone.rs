//! The time zone of a place.

use std::sync::OnceLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use tzf_rs::EmbeddedFinder;

use crate::position::Position;

/// The zone at a position: borders from tzf, rules from the bundled tz database, so that the machine's
/// own files do not matter. At sea it is the nautical zone.
///
/// The borders (4.1 MB) and rules (0.2 MB) are read in place from the program itself: a microsecond for each look-up
/// and hardly any memory, where the index that answers in a fifth of that takes 27 MB and a tenth of a second to build.
/// A rule by longitude would need no data, but be an hour or more off in France, Spain and half of China.
pub(crate) fn at(position: Position) -> Option<TimeZone> {
    static FINDER: OnceLock<EmbeddedFinder> = OnceLock::new();
    static RULES: OnceLock<TimeZoneDatabase> = OnceLock::new();
    let name = FINDER.get_or_init(EmbeddedFinder::new).get_tz_name(position.lon, position.lat);
    RULES.get_or_init(TimeZoneDatabase::bundled).get(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_their_zone() {
        for (lon, lat, zone) in
            [(2.35, 48.85, "Europe/Paris"), (-73.99, 40.66, "America/New_York"), (13.19, 55.7, "Europe/Stockholm")]
        {
            let found = at(Position { lon, lat, altitude: None }).unwrap();
            assert_eq!(found.iana_name(), Some(zone));
        }
        for (lon, lat) in [(-30.0, 0.0), (180.0, 90.0), (-180.0, -90.0)] {
            assert!(at(Position { lon, lat, altitude: None }).is_some(), "{lon} {lat}");
        }
    }
}
