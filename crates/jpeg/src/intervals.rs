//! The entropy-coded data of one scan, restart interval by restart interval.

use memchr::memchr;

use crate::error::JpegError;
use crate::marker::{RST0, RST7};

/// Gives the intervals of a scan without byte stuffing, and checks the order of restart markers.
pub(crate) struct Intervals<'a> {
    rest: &'a [u8],
    next_restart: u8,
    exhausted: bool,
}

impl<'a> Intervals<'a> {
    /// `scan` reaches from behind the scan header to the marker that ends the scan.
    pub(crate) fn new(scan: &'a [u8]) -> Intervals<'a> {
        Intervals { rest: scan, next_restart: 0, exhausted: false }
    }

    /// Fills `clean` with the next interval; false if there is none.
    pub(crate) fn next_into(&mut self, clean: &mut Vec<u8>) -> Result<bool, JpegError> {
        clean.clear();
        if self.exhausted {
            return Ok(false);
        }
        while let Some(run) = memchr(0xFF, self.rest) {
            clean.extend_from_slice(&self.rest[..run]);
            self.rest = &self.rest[run..];
            match self.rest.get(1) {
                Some(0x00) => {
                    clean.push(0xFF);
                    self.rest = &self.rest[2..];
                }
                // Fill bytes before a marker. Before a stuffed byte libjpeg-turbo takes them for a marker or not, depending on
                // how much of the file it has in memory, and leaves what it made of them in the block.
                Some(0xFF) => {
                    let fill = self.rest.iter().take_while(|&&byte| byte == 0xFF).count();
                    self.rest = &self.rest[fill - 1..];
                    if self.rest.get(1) == Some(&0) {
                        return Err(JpegError::Ambiguous("fill bytes stand inside the picture data"));
                    }
                }
                Some(&code @ RST0..=RST7) => {
                    if code & 7 != self.next_restart {
                        return Err(JpegError::Damaged("restart markers are out of order"));
                    }
                    self.next_restart = (self.next_restart + 1) & 7;
                    self.rest = &self.rest[2..];
                    return Ok(true);
                }
                _ => return Err(JpegError::Damaged("a marker stands inside the picture data")),
            }
        }
        clean.extend_from_slice(self.rest);
        self.rest = &[];
        self.exhausted = true;
        Ok(true)
    }
}

/// Splits `units` coded units over the restart intervals of `scan`, and calls `check` for each with
/// the clean data and the range of units in it.
pub(crate) fn for_each_interval(
    scan: &[u8],
    units: u64,
    restart_interval: u32,
    mut check: impl FnMut(&[u8], std::ops::Range<u64>) -> Result<(), JpegError>,
) -> Result<(), JpegError> {
    let step = if restart_interval == 0 { units } else { u64::from(restart_interval) };
    let mut intervals = Intervals::new(scan);
    let mut clean = Vec::new();
    let mut first = 0;
    while intervals.next_into(&mut clean)? {
        if first >= units {
            return Err(JpegError::Damaged("there are too many restart markers"));
        }
        let end = (first + step).min(units);
        check(&clean, first..end)?;
        first = end;
    }
    if first < units {
        return Err(JpegError::Damaged("restart markers are missing"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(scan: &[u8], units: u64, step: u32) -> Result<Vec<(Vec<u8>, u64)>, JpegError> {
        let mut all = Vec::new();
        for_each_interval(scan, units, step, |clean, range| {
            all.push((clean.to_vec(), range.end - range.start));
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn stuffing_fill_and_restarts_are_taken_out() {
        let scan = [1, 0xFF, 0, 2, 0xFF, 0xFF, 0xD0, 3, 0xFF, 0xD1, 4];
        assert_eq!(split(&scan, 5, 2), Ok(vec![(vec![1, 0xFF, 2], 2), (vec![3], 2), (vec![4], 1)]));
        assert_eq!(split(&[7, 8], 9, 0), Ok(vec![(vec![7, 8], 9)]));
    }

    #[test]
    fn restarts_must_be_in_order_and_complete() {
        assert!(split(&[1, 0xFF, 0xD1, 3], 4, 2).is_err(), "order");
        assert!(split(&[1, 0xFF, 0xD0, 3], 5, 2).is_err(), "missing");
        assert!(split(&[1, 0xFF, 0xD0, 3, 0xFF, 0xD1, 3], 4, 2).is_err(), "too many");
        assert!(split(&[1, 0xFF, 0xD0, 3], 4, 0).is_err(), "none announced");
        assert!(split(&[1, 0xFF], 4, 0).is_err(), "half a marker");
        assert!(split(&[1, 0xFF, 0xFF, 0, 2], 4, 0).is_err(), "fill before a stuffed byte");
    }
}
