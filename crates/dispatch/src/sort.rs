//! The order of pictures.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::Shot;

/// In which order pictures are put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SortMethod {
    /// By file name, numbers in it by their value: `img2` before `img10`.
    FilenameAsc,
    /// The same backwards.
    FilenameDesc,
    /// By capture time.
    #[default]
    TimeAsc,
    /// The same backwards.
    TimeDesc,
}

impl SortMethod {
    /// Every value.
    pub const ALL: [Self; 4] = [Self::FilenameAsc, Self::FilenameDesc, Self::TimeAsc, Self::TimeDesc];

    /// The name in API and database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FilenameAsc => "filename-asc",
            Self::FilenameDesc => "filename-desc",
            Self::TimeAsc => "time-asc",
            Self::TimeDesc => "time-desc",
        }
    }
}

impl std::fmt::Display for SortMethod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for SortMethod {
    type Err = UnknownSortMethod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|method| method.as_str() == text).ok_or(UnknownSortMethod)
    }
}

/// The text names no sort method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sort method is one of filename-asc, filename-desc, time-asc, time-desc")]
pub struct UnknownSortMethod;

/// Puts the pictures in order. What is equal is ordered by the other criterion and then by id, so that the order never
/// depends on how the pictures came.
pub(crate) fn sort(shots: &mut [Shot], method: SortMethod) {
    let by_name = |a: &Shot, b: &Shot| natural(&a.file_name, &b.file_name);
    let by_time = |a: &Shot, b: &Shot| a.captured.cmp(&b.captured);
    let by_id = |a: &Shot, b: &Shot| a.id.cmp(&b.id);
    shots.sort_unstable_by(|a, b| match method {
        SortMethod::FilenameAsc => by_name(a, b).then_with(|| by_time(a, b)).then_with(|| by_id(a, b)),
        SortMethod::FilenameDesc => by_name(b, a).then_with(|| by_time(b, a)).then_with(|| by_id(b, a)),
        SortMethod::TimeAsc => by_time(a, b).then_with(|| by_name(a, b)).then_with(|| by_id(a, b)),
        SortMethod::TimeDesc => by_time(b, a).then_with(|| by_name(b, a)).then_with(|| by_id(b, a)),
    });
}

/// Compares as people do: runs of digits by their value, however long, and ASCII letters without regard to case. Texts
/// that are equal in that way are ordered byte by byte.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        match (left.first(), right.first()) {
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (first, left_rest) = number(left);
                let (second, right_rest) = number(right);
                // Without leading zeros, the longer number is the greater one.
                let ordering = first.len().cmp(&second.len()).then_with(|| first.cmp(second));
                if ordering.is_ne() {
                    return ordering;
                }
                (left, right) = (left_rest, right_rest);
            }
            (Some(x), Some(y)) => {
                let ordering = x.to_ascii_lowercase().cmp(&y.to_ascii_lowercase());
                if ordering.is_ne() {
                    return ordering;
                }
                (left, right) = (&left[1..], &right[1..]);
            }
            (None, None) => return a.cmp(b),
            (x, y) => return x.is_some().cmp(&y.is_some()),
        }
    }
}

/// The digits at the start of the text without leading zeros, and what follows them.
fn number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let start = text[..end].iter().position(|byte| *byte != b'0').unwrap_or(end);
    (&text[start..end], &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_count_by_value() {
        let mut names = ["img10.jpg", "IMG2.jpg", "img02.jpg", "img1.jpg", "img.jpg", "2/a9.jpg", "10/a1.jpg", "", "b"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(
            names,
            ["", "2/a9.jpg", "10/a1.jpg", "b", "img.jpg", "img1.jpg", "IMG2.jpg", "img02.jpg", "img10.jpg"]
        );
        let huge = "9".repeat(100);
        assert_eq!(natural(&huge, &format!("1{}", "0".repeat(100))), Ordering::Less);
        assert_eq!(natural("00", "0"), Ordering::Greater);
    }

    #[test]
    fn names_round_trip() {
        for method in SortMethod::ALL {
            assert_eq!(method.as_str().parse(), Ok(method));
        }
        assert_eq!("time".parse::<SortMethod>(), Err(UnknownSortMethod));
    }

    proptest! {
        #[test]
        fn natural_order_is_total(a in "[aB0-2.é]{0,6}", b in "[aB0-2.é]{0,6}", c in "[aB0-2.é]{0,6}") {
            prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            prop_assert_eq!(natural(&a, &b) == Ordering::Equal, a == b);
            if natural(&a, &b).is_le() && natural(&b, &c).is_le() {
                prop_assert!(natural(&a, &c).is_le());
            }
        }
    }
}
