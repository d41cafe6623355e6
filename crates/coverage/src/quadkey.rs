//! The spatial key of the catalog: a Web-Mercator cell as one 64-bit integer, in Morton order.
//!
//! A map tile is exactly one range of keys, at every zoom up to [`ZOOM`], so whatever is in a tile is one range scan
//! of a B-tree, in every database and without an extension. A box is a small number of ranges plus an exact filter.

use std::ops::RangeInclusive;

/// Zoom level of the cells that keys name: 2³⁰ cells a side, 3.7 cm wide at the equator. Keys take 60 bits.
pub const ZOOM: u8 = 30;

/// The latitude beyond which Web Mercator has no cells (the square map's edge, atan(sinh π) in degrees).
pub const MAX_LATITUDE: f64 = 85.051_128_779_806_59;

/// A box in degrees. `west > east` crosses the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bbox {
    /// Western longitude, degrees.
    pub west: f64,
    /// Southern latitude, degrees.
    pub south: f64,
    /// Eastern longitude, degrees.
    pub east: f64,
    /// Northern latitude, degrees.
    pub north: f64,
}

impl Bbox {
    /// Whether the point (degrees) is inside or on the border.
    pub fn contains(&self, lon: f64, lat: f64) -> bool {
        let across = self.west > self.east;
        let in_lon = if across { lon >= self.west || lon <= self.east } else { lon >= self.west && lon <= self.east };
        in_lon && lat >= self.south && lat <= self.north
    }

    /// The middle of the box, (lon, lat) in degrees; across the antimeridian if the box crosses it.
    pub fn centre(&self) -> (f64, f64) {
        let east = if self.west > self.east { self.east + 360.0 } else { self.east };
        let lon = f64::midpoint(self.west, east);
        (if lon > 180.0 { lon - 360.0 } else { lon }, f64::midpoint(self.south, self.north))
    }

    /// The box as one or two boxes that do not cross the antimeridian.
    pub fn split(&self) -> Vec<Bbox> {
        if self.west > self.east {
            vec![Bbox { east: 180.0, ..*self }, Bbox { west: -180.0, ..*self }]
        } else {
            vec![*self]
        }
    }
}

/// A tile of the Web-Mercator pyramid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tile {
    /// Zoom level, 0 to [`ZOOM`].
    pub z: u8,
    /// Column, from the west.
    pub x: u32,
    /// Row, from the north.
    pub y: u32,
}

impl Tile {
    /// A tile, if there is one of that name.
    pub fn new(z: u8, x: u32, y: u32) -> Option<Tile> {
        let side = 1u64.checked_shl(u32::from(z))?;
        (z <= ZOOM && u64::from(x) < side && u64::from(y) < side).then_some(Tile { z, x, y })
    }

    /// The tile at a zoom that holds a point (degrees).
    pub fn at(z: u8, lon: f64, lat: f64) -> Tile {
        let z = z.min(ZOOM);
        let (x, y) = cell(lon, lat);
        Tile { z, x: x >> (ZOOM - z), y: y >> (ZOOM - z) }
    }

    /// The range of keys that are inside this tile.
    pub fn keys(&self) -> RangeInclusive<i64> {
        let width = width(self.z);
        let first = interleave(self.x, self.y) * width;
        first..=(first + (width - 1))
    }

    /// The tile's name in Bing's tile system: a digit, 0 to 3, a zoom level.
    pub fn quadkey(&self) -> String {
        let digit = |zoom: u8| (self.x >> (self.z - zoom) & 1) + 2 * (self.y >> (self.z - zoom) & 1);
        (1..=self.z).filter_map(|zoom| char::from_digit(digit(zoom), 4)).collect()
    }

    /// The tile's box in degrees.
    pub fn bbox(&self) -> Bbox {
        let side = (1u64 << self.z) as f64;
        let lon = |x: f64| x / side * 360.0 - 180.0;
        let lat = |y: f64| (std::f64::consts::PI * (1.0 - 2.0 * y / side)).sinh().atan().to_degrees();
        Bbox {
            west: lon(f64::from(self.x)),
            east: lon(f64::from(self.x) + 1.0),
            north: lat(f64::from(self.y)),
            south: lat(f64::from(self.y) + 1.0),
        }
    }
}

/// How many keys a tile of a zoom level, at most [`ZOOM`], has.
pub const fn width(zoom: u8) -> i64 {
    1 << (2 * (ZOOM - zoom) as u32)
}

/// The point in the unit square of the Web-Mercator map: x eastward, y southward, each 0 to 1. Input in degrees;
/// latitudes beyond [`MAX_LATITUDE`] are clamped (the key only, never the coordinate that is stored).
pub fn project(lon: f64, lat: f64) -> (f64, f64) {
    let lat = lat.clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians();
    let x = (lon + 180.0) / 360.0;
    let y = (1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0;
    (x.clamp(0.0, 1.0), y.clamp(0.0, 1.0))
}

/// The key of a point given in degrees.
pub fn key(lon: f64, lat: f64) -> i64 {
    let (x, y) = cell(lon, lat);
    interleave(x, y)
}

fn cell(lon: f64, lat: f64) -> (u32, u32) {
    let side = f64::from(1u32 << ZOOM);
    let last = (1u32 << ZOOM) - 1;
    let (x, y) = project(lon, lat);
    (((x * side) as u32).min(last), ((y * side) as u32).min(last))
}

/// At most `max` (at least 4) key ranges that together cover the box, found by refining the tiles that straddle its
/// border. They cover somewhat more than the box: filter with [`Bbox::contains`].
pub fn ranges(bbox: &Bbox, max: usize) -> Vec<RangeInclusive<i64>> {
    let parts = bbox.split();
    let share = (max.max(4) / parts.len()).max(2);
    let mut all: Vec<_> = parts.iter().flat_map(|part| part_ranges(part, share)).collect();
    all.sort_by_key(|range| *range.start());
    all
}

fn part_ranges(bbox: &Bbox, max: usize) -> Vec<RangeInclusive<i64>> {
    let (west, north) = cell(bbox.west, bbox.north);
    let (east, south) = cell(bbox.east, bbox.south);
    let inside = |tile: &Tile| {
        let shift = ZOOM - tile.z;
        let last = (1u64 << shift) - 1;
        let (x, y) = (u64::from(tile.x) << shift, u64::from(tile.y) << shift);
        let outside =
            x > u64::from(east) || x + last < u64::from(west) || y > u64::from(south) || y + last < u64::from(north);
        let within = x >= u64::from(west)
            && x + last <= u64::from(east)
            && y >= u64::from(north)
            && y + last <= u64::from(south);
        (outside, within)
    };
    let mut tiles = vec![Tile { z: 0, x: 0, y: 0 }];
    loop {
        let mut refined = Vec::with_capacity(tiles.len() * 4);
        let mut changed = false;
        for tile in &tiles {
            if inside(tile).1 || tile.z == ZOOM {
                refined.push(*tile);
                continue;
            }
            changed = true;
            for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let child = Tile { z: tile.z + 1, x: tile.x * 2 + dx, y: tile.y * 2 + dy };
                if !inside(&child).0 {
                    refined.push(child);
                }
            }
        }
        let merged = merge(&refined);
        if merged.len() > max {
            return merge(&tiles);
        }
        if !changed {
            return merged;
        }
        tiles = refined;
    }
}

/// The tiles' ranges in order, adjoining ones joined.
fn merge(tiles: &[Tile]) -> Vec<RangeInclusive<i64>> {
    let mut ranges: Vec<_> = tiles.iter().map(Tile::keys).collect();
    ranges.sort_by_key(|range| *range.start());
    let mut merged: Vec<RangeInclusive<i64>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if *last.end() + 1 == *range.start() => *last = *last.start()..=*range.end(),
            _ => merged.push(range),
        }
    }
    merged
}

/// Morton order: bit i of x goes to bit 2i, bit i of y to bit 2i + 1.
fn interleave(x: u32, y: u32) -> i64 {
    let spread = |value: u32| {
        let mut bits = u64::from(value);
        bits = (bits | (bits << 16)) & 0x0000_ffff_0000_ffff;
        bits = (bits | (bits << 8)) & 0x00ff_00ff_00ff_00ff;
        bits = (bits | (bits << 4)) & 0x0f0f_0f0f_0f0f_0f0f;
        bits = (bits | (bits << 2)) & 0x3333_3333_3333_3333;
        (bits | (bits << 1)) & 0x5555_5555_5555_5555
    };
    (spread(x) | (spread(y) << 1)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_tiles() {
        // Paris, Notre-Dame, in the OpenStreetMap tile scheme.
        assert_eq!(Tile::at(15, 2.3499, 48.8530), Tile { z: 15, x: 16597, y: 11273 });
        assert_eq!(Tile { z: 0, x: 0, y: 0 }.keys(), 0..=(1i64 << 60) - 1);
        assert_eq!(Tile::new(3, 8, 0), None);
        assert_eq!(Tile::new(31, 0, 0), None);
    }

    #[test]
    fn a_quadkey_names_the_tile() {
        // The example of Bing's tile system: column 3, row 5 of zoom level 3.
        assert_eq!(Tile { z: 3, x: 3, y: 5 }.quadkey(), "213");
        assert_eq!(Tile { z: 0, x: 0, y: 0 }.quadkey(), "");
    }

    proptest! {
        #[test]
        fn a_point_is_in_its_tile_at_every_zoom(lon in -180.0..180.0f64, lat in -85.0..85.0f64, z in 0..=ZOOM) {
            let tile = Tile::at(z, lon, lat);
            prop_assert!(tile.keys().contains(&key(lon, lat)));
            let bbox = tile.bbox();
            prop_assert!(lon >= bbox.west - 1e-9 && lon <= bbox.east + 1e-9);
            prop_assert!(lat >= bbox.south - 1e-9 && lat <= bbox.north + 1e-9);
        }

        #[test]
        fn ranges_cover_the_box(
            west in -180.0..180.0f64, south in -84.0..84.0f64, width in 0.0..200.0f64, height in 0.0..60.0f64,
            u in 0.0..=1.0f64, v in 0.0..=1.0f64,
        ) {
            let east = west + width;
            let bbox = Bbox { west, south, east: if east > 180.0 { east - 360.0 } else { east }, north: (south + height).min(90.0) };
            let found = ranges(&bbox, 16);
            prop_assert!(found.len() <= 16 && !found.is_empty());
            prop_assert!(found.windows(2).all(|pair| pair[0].end() < pair[1].start()));
            let lon = west + width * u;
            let lon = if lon > 180.0 { lon - 360.0 } else { lon };
            let lat = bbox.south + (bbox.north - bbox.south) * v;
            prop_assert!(bbox.contains(lon, lat));
            let key = key(lon, lat);
            prop_assert!(found.iter().any(|range| range.contains(&key)));
        }

        #[test]
        fn a_small_box_reads_little(lon in -179.0..179.0f64, lat in -80.0..80.0f64) {
            // A box of 100 m must never scan a large part of the world, wherever tile borders run.
            let bbox = Bbox { west: lon, south: lat, east: lon + 0.001, north: lat + 0.001 };
            let total: i64 = ranges(&bbox, 16).iter().map(|range| range.end() - range.start()).sum();
            let (x0, y0) = cell(bbox.west, bbox.north);
            let (x1, y1) = cell(bbox.east, bbox.south);
            let exact = i64::from(x1 - x0 + 1) * i64::from(y1 - y0 + 1);
            prop_assert!(total / exact < 40, "{} times the box", total / exact);
        }
    }
}
