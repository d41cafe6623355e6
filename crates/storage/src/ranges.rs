//! Several parts of one object, in as few requests as it takes.

use std::ops::Range;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::{ObjectStore as _, ObjectStoreExt as _, path::Path as Location};

use crate::{StorageError, backend::Backend};

/// Most bytes that are asked for at once.
pub(crate) const MOST: u64 = 128 << 20;
/// Bytes between two parts that are read and thrown away rather than asking twice: a request to a bucket takes as long as
/// reading about so many.
const GAP: u64 = 1 << 20;
/// Parts are joined up to this length, bytes: larger ones are faster side by side.
const JOINED: u64 = 8 << 20;
/// Requests side by side.
const AT_ONCE: usize = 8;

/// Reads parts of an object, in the order of `ranges`. A part that the object does not have in full is an error.
pub(crate) async fn read(backend: &Backend, at: &Location, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, StorageError> {
    let total = ranges.iter().fold(0_u64, |sum, range| sum.saturating_add(length(range)));
    if total > MOST {
        return Err(StorageError::TooLarge { limit: MOST });
    }
    // Stores differ in what an empty range is to them.
    let wanted: Vec<Range<u64>> = ranges.iter().filter(|range| length(range) > 0).cloned().collect();
    let objects = &backend.objects;
    let short = || StorageError::Altered(at.to_string());
    let found = if backend.is_folder() {
        let found = if wanted.is_empty() { Vec::new() } else { objects.get_ranges(at, &wanted).await? };
        wanted.iter().map(length).eq(found.iter().map(|part| part.len() as u64)).then_some(found).ok_or_else(short)?
    } else {
        let joined = joined(&wanted);
        let request = |range: Range<u64>| async move {
            let bytes = objects.get_range(at, range.clone()).await?;
            if bytes.len() as u64 == length(&range) { Ok(bytes) } else { Err(short()) }
        };
        let requests = futures::stream::iter(joined.clone()).map(request);
        let read: Vec<Bytes> = requests.buffered(AT_ONCE).try_collect().await?;
        wanted.iter().map(|range| part(&joined, &read, range)).collect::<Option<_>>().ok_or_else(short)?
    };
    let mut found = found.into_iter();
    Ok(ranges
        .iter()
        .map(|range| if length(range) > 0 { found.next().unwrap_or_default() } else { Bytes::new() })
        .collect())
}

fn length(range: &Range<u64>) -> u64 {
    range.end.saturating_sub(range.start)
}

/// Ascending ranges that cover all of `wanted`, each of which lies in one of them.
fn joined(wanted: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut sorted = wanted.to_vec();
    sorted.sort_unstable_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in sorted {
        match joined.last_mut() {
            // What lies in it already makes it no longer.
            Some(last) if range.end <= last.end => {}
            Some(last) if range.start <= last.end.saturating_add(GAP) && range.end - last.start <= JOINED => {
                last.end = range.end;
            }
            _ => joined.push(range),
        }
    }
    joined
}

/// A range out of what was read of the ranges that cover it.
fn part(joined: &[Range<u64>], read: &[Bytes], range: &Range<u64>) -> Option<Bytes> {
    // Their beginnings and their ends ascend: the first that does not end too early begins early enough.
    let number = joined.partition_point(|each| each.end < range.end);
    let (within, bytes) = (joined.get(number)?, read.get(number)?);
    let from = usize::try_from(range.start.checked_sub(within.start)?).ok()?;
    let to = from.checked_add(usize::try_from(length(range)).ok()?)?;
    (to <= bytes.len()).then(|| bytes.slice(from..to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn near_parts_are_read_at_once_and_far_ones_are_not() {
        /// From and to.
        type Bounds = &'static [(u64, u64)];
        let cases: [(Bounds, Bounds); 6] = [
            (&[], &[]),
            (&[(0, 10), (500, 600)], &[(0, 600)]),
            (&[(500, 600), (0, 10)], &[(0, 600)]),
            (
                &[(0, 10), (10 + MIB, 20 + MIB), (20 + 2 * MIB + 1, 3 * MIB)],
                &[(0, 20 + MIB), (20 + 2 * MIB + 1, 3 * MIB)],
            ),
            // One long part stays whole; many short ones do not become longer than they have to.
            (&[(0, 20 * MIB), (20 * MIB, 20 * MIB + 5)], &[(0, 20 * MIB), (20 * MIB, 20 * MIB + 5)]),
            (&[(5, 8), (0, 20), (3, 30)], &[(0, 30)]),
        ];
        let ranges = |bounds: Bounds| bounds.iter().map(|&(from, to)| from..to).collect::<Vec<_>>();
        for (wanted, expected) in cases {
            assert_eq!(joined(&ranges(wanted)), ranges(expected), "{wanted:?}");
        }
    }

    #[test]
    fn each_part_is_found_in_what_was_read() {
        let object: Bytes = (0..40 * MIB).map(|at| (at % 251) as u8).collect();
        // Of every length, in no order, overlapping, some the same.
        let wanted: Vec<Range<u64>> = (0..500_u64)
            .map(|number| {
                let start = number * 7_919_993 % (39 * MIB);
                start..start + 1 + number * number % MIB
            })
            .collect();
        let joined = joined(&wanted);
        assert!(joined.is_sorted_by_key(|range| range.start) && joined.is_sorted_by_key(|range| range.end));
        let of = |range: &Range<u64>| object.slice(range.start as usize..range.end as usize);
        let read: Vec<Bytes> = joined.iter().map(of).collect();
        for range in &wanted {
            assert_eq!(part(&joined, &read, range), Some(of(range)), "{range:?}");
        }
        assert_eq!(part(&joined, &read, &(40 * MIB..40 * MIB + 1)), None);
    }
}
