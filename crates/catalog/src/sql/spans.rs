//! Ranges of the spatial key as tables of a query.

use std::ops::RangeInclusive;

use super::statement::Values;
use crate::{Result, model::SequenceId, stored::areas::RANGES};

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

/// A range of keys around a picture, and what of it is looked at. The database leaves out the rest: most of what is around a
/// picture is of its own sequence, and each row that is handed over costs more than to look at it.
pub struct Span {
    /// The number of the picture.
    pub subject: i64,
    /// Its sequence, whose pictures are not looked for.
    pub sequence: Option<SequenceId>,
    /// First and last key.
    pub keys: (i64, i64),
    /// Between which latitudes.
    pub lats: (f64, f64),
}

/// `WITH spans (subject, sequence_id, low, high, south, north) AS …` of these, filled up to `width`.
pub fn subjects(values: &mut Values, ranges: &[Span], width: usize) -> Result<String> {
    const FILLING: Span = Span { subject: 0, sequence: None, keys: NOTHING, lats: (0.0, 0.0) };
    let mut rows = Vec::with_capacity(width);
    for at in 0..ranges.len().max(width) {
        let Span { subject, sequence, keys, lats } = ranges.get(at).unwrap_or(&FILLING);
        let (subject, sequence) = (values.bind(*subject)?, values.bind(*sequence)?);
        let (low, high) = (values.bind(keys.0)?, values.bind(keys.1)?);
        let (south, north) = (values.bind(lats.0)?, values.bind(lats.1)?);
        rows.push(format!(
            "(CAST({subject} AS BIGINT), {sequence}, CAST({low} AS BIGINT), CAST({high} AS BIGINT), {south}, {north})"
        ));
    }
    Ok(format!("WITH spans (subject, sequence_id, low, high, south, north) AS (VALUES {})", rows.join(", ")))
}
