//! Ranges of the spatial key as tables of a query.

use std::ops::RangeInclusive;

use super::statement::Values;
use crate::{Result, stored::areas::RANGES};

/// First and last key of a range without keys: queries are filled up with it, so that there are few different texts to
/// prepare.
const NOTHING: (i64, i64) = (1, 0);

/// `WITH spans (low, high) AS …` of the ranges.
pub fn spans(values: &mut Values, ranges: &[RangeInclusive<i64>]) -> Result<String> {
    let mut rows = Vec::with_capacity(RANGES);
    for at in 0..ranges.len().max(RANGES) {
        let (low, high) = ranges.get(at).map_or(NOTHING, |range| (*range.start(), *range.end()));
        let (low, high) = (values.bind(low)?, values.bind(high)?);
        rows.push(format!("(CAST({low} AS BIGINT), CAST({high} AS BIGINT))"));
    }
    Ok(format!("WITH spans (low, high) AS (VALUES {})", rows.join(", ")))
}

/// `WITH spans (subject, low, high) AS …` of (subject, first key, last key), filled up to `width`.
pub fn subjects(values: &mut Values, ranges: &[(i64, i64, i64)], width: usize) -> Result<String> {
    let mut rows = Vec::with_capacity(width);
    for at in 0..ranges.len().max(width) {
        let (subject, low, high) = ranges.get(at).copied().unwrap_or((0, NOTHING.0, NOTHING.1));
        let (subject, low, high) = (values.bind(subject)?, values.bind(low)?, values.bind(high)?);
        rows.push(format!("(CAST({subject} AS BIGINT), CAST({low} AS BIGINT), CAST({high} AS BIGINT))"));
    }
    Ok(format!("WITH spans (subject, low, high) AS (VALUES {})", rows.join(", ")))
}
