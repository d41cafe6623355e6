//! Between columns and domain types: what every table has.

use flaneur_access::Visibility;
use jiff::Timestamp;

use crate::{
    CatalogError, Result,
    model::{
        ChangeKind, Exclusion, Issue, JobKind, PageName, PictureStatus, Projection, RedactionOrigin, RedactionState,
        RegionClass, ReportRole, ReportStatus, SequenceStatus, SortMethod, TransferStatus, UndoState,
    },
};

/// A time as it is stored, in microseconds since 1970. The last second of the calendar counts as its begin: only whole
/// seconds are sure to be read back.
pub fn micros(time: Timestamp) -> i64 {
    time.as_microsecond().min(Timestamp::MAX.as_second() * 1_000_000)
}

/// A time that was stored.
pub fn time(micros: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros)
        .map_err(|error| CatalogError::Corrupt { what: "time", text: format!("{micros}: {error}") })
}

/// First and last of something, if there is anything.
pub fn interval(first: Option<i64>, last: Option<i64>) -> Result<Option<(Timestamp, Timestamp)>> {
    first.zip(last).map(|(first, last)| Ok((time(first)?, time(last)?))).transpose()
}

/// A type whose values have names in the database.
pub trait Named: Copy + 'static {
    /// What it is, for errors.
    const WHAT: &'static str;
    /// Every value.
    const VALUES: &'static [Self];
    /// The name of a value.
    fn name(self) -> &'static str;
}

/// The value of a name that was stored.
pub fn named<T: Named>(name: &str) -> Result<T> {
    T::VALUES
        .iter()
        .copied()
        .find(|value| value.name() == name)
        .ok_or_else(|| CatalogError::Corrupt { what: T::WHAT, text: name.to_owned() })
}

macro_rules! named {
    ($($type:ty, $what:literal, $values:expr;)*) => {$(
        impl Named for $type {
            const WHAT: &'static str = $what;
            const VALUES: &'static [Self] = &$values;

            fn name(self) -> &'static str {
                self.as_str()
            }
        }
    )*};
}

named! {
    Visibility, "visibility", Visibility::ALL;
    SortMethod, "sort method", SortMethod::ALL;
    PictureStatus, "status of a picture", PictureStatus::ALL;
    SequenceStatus, "status of a sequence", SequenceStatus::ALL;
    JobKind, "kind of job", JobKind::ALL;
    Exclusion, "exclusion", Exclusion::ALL;
    ChangeKind, "kind of change", ChangeKind::ALL;
    Projection, "projection", [Projection::Flat, Projection::Equirectangular];
    RegionClass, "class of a region", RegionClass::ALL;
    RedactionOrigin, "origin of a redaction", RedactionOrigin::ALL;
    RedactionState, "state of a redaction", RedactionState::ALL;
    UndoState, "state of a request to undo", UndoState::ALL;
    Issue, "issue", Issue::ALL;
    ReportStatus, "status of a report", ReportStatus::ALL;
    ReportRole, "role", ReportRole::ALL;
    PageName, "name of a page", PageName::ALL;
    TransferStatus, "status of a transfer", TransferStatus::ALL;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_round_trip<T: Named + PartialEq + std::fmt::Debug>() {
        for value in T::VALUES {
            assert_eq!(named::<T>(value.name()).unwrap(), *value);
        }
        let unknown = named::<T>("unheard of").unwrap_err();
        assert!(unknown.to_string().contains(T::WHAT), "{unknown}");
    }

    #[test]
    fn names_round_trip() {
        all_round_trip::<Visibility>();
        all_round_trip::<SortMethod>();
        all_round_trip::<PictureStatus>();
        all_round_trip::<SequenceStatus>();
        all_round_trip::<JobKind>();
        all_round_trip::<Exclusion>();
        all_round_trip::<ChangeKind>();
        all_round_trip::<Projection>();
        all_round_trip::<RegionClass>();
        all_round_trip::<RedactionOrigin>();
        all_round_trip::<RedactionState>();
        all_round_trip::<UndoState>();
        all_round_trip::<Issue>();
        all_round_trip::<ReportStatus>();
        all_round_trip::<ReportRole>();
    }

    #[test]
    fn times_round_trip_to_the_microsecond() {
        for stored in [0, -1, 1_700_000_000_123_456] {
            assert_eq!(micros(time(stored).unwrap()), stored);
        }
        assert!(time(micros(Timestamp::MAX)).is_ok() && time(micros(Timestamp::MIN)).is_ok());
        assert!(time(i64::MAX).is_err());
    }
}
