//! The coefficients of a file as our own reader sees them, through what the crate gives to everybody.

use std::collections::BTreeMap;

use flaneur_jpeg::{Redacted, Region, RegionKind, Source};

/// Quantised coefficients in zigzag order.
pub type Block = [i16; 64];

/// Coefficients of coded units, counted row by row from the top left of the picture as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Units {
    /// Pixels per row and rows, as stored.
    pub size: (u32, u32),
    /// The blocks of each, in the order of the scan.
    pub units: BTreeMap<usize, Vec<Block>>,
}

impl Units {
    /// All coefficients of a picture that is no panorama: what hiding everything takes out of it.
    pub fn of_all(source: Source) -> Units {
        // On the sphere, which a flat picture has not: all of it is touched.
        let everything = Region::spherical(vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], RegionKind::Plate);
        let redacted = source.redact(&[everything]).expect("a picture that is taken can be redacted");
        let units = Units::of_cut(&redacted);
        assert_eq!(units.units.len(), redacted.touched(), "what is touched is what is removed");
        units
    }

    /// What a redaction takes out, read by the description of [`Redacted::removed`].
    pub fn of_cut(redacted: &Redacted) -> Units {
        let bytes = redacted.removed().expect("what is cut can be told");
        Units::parse(&bytes).expect("what was removed is written as it is described")
    }

    fn parse(bytes: &[u8]) -> Option<Units> {
        fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
            let (now, later) = rest.split_first_chunk::<N>()?;
            *rest = later;
            Some(*now)
        }
        let mut rest = bytes.strip_prefix(b"FLNCUT\0\x01")?;
        let size = (u32::from_le_bytes(take(&mut rest)?), u32::from_le_bytes(take(&mut rest)?));
        let [block_count] = take(&mut rest)?;
        let mut units = BTreeMap::new();
        while !rest.is_empty() {
            let number = u32::from_le_bytes(take(&mut rest)?) as usize;
            let mut blocks = vec![[0; 64]; usize::from(block_count)];
            for block in &mut blocks {
                let [count] = take(&mut rest)?;
                for _ in 0..count {
                    let [place, low, high] = take(&mut rest)?;
                    *block.get_mut(usize::from(place))? = i16::from_le_bytes([low, high]);
                }
            }
            units.insert(number, blocks);
        }
        Some(Units { size, units })
    }
}
