//! Tracks as bytes: for each line string the number of its points (32 bits), then lon and lat of each (64-bit floats),
//! all little-endian. Exact, and read without parsing text.

use crate::{CatalogError, Result};

/// The bytes of line strings of (lon, lat) in degrees.
pub fn encode(lines: &[Vec<(f64, f64)>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(lines.iter().map(|line| 4 + 16 * line.len()).sum());
    for line in lines {
        bytes.extend_from_slice(&(line.len() as u32).to_le_bytes());
        for (lon, lat) in line {
            bytes.extend_from_slice(&lon.to_le_bytes());
            bytes.extend_from_slice(&lat.to_le_bytes());
        }
    }
    bytes
}

/// What [`encode`] was given.
pub fn decode(mut bytes: &[u8]) -> Result<Vec<Vec<(f64, f64)>>> {
    let cut_off = || CatalogError::Corrupt { what: "track", text: "the bytes end too early".to_owned() };
    let mut lines = Vec::new();
    while !bytes.is_empty() {
        let (count, rest) = bytes.split_first_chunk::<4>().ok_or_else(cut_off)?;
        let length = (u32::from_le_bytes(*count) as usize).checked_mul(16).ok_or_else(cut_off)?;
        let (points, rest) = rest.split_at_checked(length).ok_or_else(cut_off)?;
        bytes = rest;
        let (floats, _) = points.as_chunks::<8>();
        let (pairs, _) = floats.as_chunks::<2>();
        lines.push(pairs.iter().map(|[lon, lat]| (f64::from_le_bytes(*lon), f64::from_le_bytes(*lat))).collect());
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_round_trip(lines in proptest::collection::vec(
            proptest::collection::vec((-180.0..180.0f64, -90.0..90.0f64), 0..20), 0..5,
        )) {
            prop_assert_eq!(decode(&encode(&lines)).unwrap(), lines);
        }

        #[test]
        fn any_bytes_are_lines_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Ok(lines) = decode(&bytes) {
                prop_assert_eq!(encode(&lines).len(), bytes.len());
            }
        }
    }

    #[test]
    fn a_cut_is_noticed() {
        let bytes = encode(&[vec![(1.0, 2.0), (3.0, 4.0)]]);
        assert!(decode(&bytes[..bytes.len() - 1]).is_err());
        assert!(decode(&[255, 255, 255, 255]).is_err());
        assert_eq!(decode(&[]).unwrap(), Vec::<Vec<_>>::new());
    }
}
