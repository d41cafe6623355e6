//! Shapes of areas as well-known binary: a `MultiPolygon` of OGC 06-103r4, section 8.2, little-endian. Exact, and read
//! without parsing text.

use geo::{Coord, LineString, MultiPolygon, Polygon};

use crate::{CatalogError, Result, model::AreaShape};

/// Byte order and type of a polygon and of a multipolygon.
const POLYGON: [u8; 5] = [1, 3, 0, 0, 0];
const MULTI_POLYGON: [u8; 5] = [1, 6, 0, 0, 0];

/// The bytes of a shape.
pub fn encode(shape: &AreaShape) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(16 * shape.positions() + 64);
    let count = |bytes: &mut Vec<u8>, many: usize| bytes.extend_from_slice(&(many as u32).to_le_bytes());
    bytes.extend_from_slice(&MULTI_POLYGON);
    count(&mut bytes, shape.polygons().0.len());
    for polygon in shape.polygons() {
        bytes.extend_from_slice(&POLYGON);
        count(&mut bytes, 1 + polygon.interiors().len());
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            count(&mut bytes, ring.0.len());
            for at in ring.coords() {
                bytes.extend_from_slice(&at.x.to_le_bytes());
                bytes.extend_from_slice(&at.y.to_le_bytes());
            }
        }
    }
    bytes
}

/// What [`encode`] was given.
pub fn decode(bytes: &[u8]) -> Result<AreaShape> {
    let mut reader = Reader(bytes);
    let shape = reader.multi_polygon().filter(|_| reader.0.is_empty());
    shape
        .map(AreaShape::stored)
        .ok_or_else(|| CatalogError::Corrupt { what: "shape of an area", text: format!("{} bytes", bytes.len()) })
}

struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    /// A number of things that take at least `size` bytes each: no more than there is room for.
    fn count(&mut self, size: usize) -> Option<usize> {
        let count = u32::from_le_bytes(self.take()?) as usize;
        (count.checked_mul(size)? <= self.0.len()).then_some(count)
    }

    fn multi_polygon(&mut self) -> Option<MultiPolygon<f64>> {
        (self.take()? == MULTI_POLYGON).then_some(())?;
        let count = self.count(POLYGON.len() + 4)?;
        (0..count).map(|_| self.polygon()).collect::<Option<Vec<_>>>().map(MultiPolygon)
    }

    fn polygon(&mut self) -> Option<Polygon<f64>> {
        (self.take()? == POLYGON).then_some(())?;
        let count = self.count(4)?;
        let mut rings = (0..count).map(|_| self.ring()).collect::<Option<Vec<_>>>()?.into_iter();
        let outer = rings.next()?;
        Some(Polygon::new(outer, rings.collect()))
    }

    fn ring(&mut self) -> Option<LineString<f64>> {
        let count = self.count(16)?;
        let mut number = || self.take().map(f64::from_le_bytes);
        (0..count).map(|_| Some(Coord { x: number()?, y: number()? })).collect::<Option<Vec<_>>>().map(LineString)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn squares() -> impl Strategy<Value = Vec<Vec<Vec<f64>>>> {
        let ring = (-100.0..90.0f64, -80.0..70.0f64, 0.1..9.0f64).prop_map(|(west, south, side)| {
            let (east, north) = (west + side, south + side);
            vec![vec![west, south], vec![east, south], vec![east, north], vec![west, north], vec![west, south]]
        });
        proptest::collection::vec(ring, 1..4)
    }

    proptest! {
        #[test]
        fn shapes_round_trip(polygons in proptest::collection::vec(squares(), 1..4)) {
            let shape = AreaShape::new(&polygons).unwrap();
            let bytes = encode(&shape);
            prop_assert_eq!(decode(&bytes).unwrap(), shape);
            prop_assert!(decode(&bytes[..bytes.len() - 1]).is_err());
        }

        #[test]
        fn any_bytes_are_a_shape_or_an_error(mut bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            drop(decode(&bytes));
            let mut begun = MULTI_POLYGON.to_vec();
            begun.append(&mut bytes);
            drop(decode(&begun));
        }
    }
}
