//! In which tiles of the map there are pictures.

use std::collections::BTreeMap;

use flaneur_coverage::quadkey::Tile;
use serde::Serialize;

/// The zoom level of the tiles that say how much is covered: some 10 km wide at the equator.
const FINE: u8 = 12;
/// The zoom level of the tiles in which pictures are counted: some 600 km wide at the equator.
const COARSE: u8 = 6;
/// Mean radius of the Earth (R1 of the IUGG), kilometres.
const EARTH: f64 = 6_371.008_8;

/// Where there are pictures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// Zoom level of the tiles that are counted.
    pub zoom: u8,
    /// Tiles in which there is any picture.
    pub tiles: u64,
    /// What these tiles cover together, on a sphere.
    pub square_kilometres: f64,
    /// Pictures by the quadkey of a larger tile.
    pub pictures_by_quadkey: BTreeMap<String, u64>,
}

/// Notes where pictures are: two megabytes, however many there are.
#[derive(Debug)]
pub(crate) struct Seen {
    fine: Vec<u64>,
    coarse: Vec<u64>,
}

impl Default for Seen {
    fn default() -> Self {
        Self { fine: vec![0; 1 << (2 * FINE - 6)], coarse: vec![0; 1 << (2 * COARSE)] }
    }
}

impl Seen {
    /// Notes a picture; degrees.
    pub(crate) fn add(&mut self, lon: f64, lat: f64) {
        let at = place(Tile::at(FINE, lon, lat));
        self.fine[at / 64] |= 1 << (at % 64);
        self.coarse[place(Tile::at(COARSE, lon, lat))] += 1;
    }

    pub(crate) fn coverage(&self) -> Coverage {
        let side = 1_usize << FINE;
        let (mut tiles, mut area) = (0, 0.0);
        for (y, row) in self.fine.chunks(side / 64).enumerate() {
            let covered: u64 = row.iter().map(|word| u64::from(word.count_ones())).sum();
            tiles += covered;
            area += covered as f64 * tile_area(FINE, y as u32);
        }
        let counted = self.coarse.iter().enumerate().filter(|(_, count)| **count > 0);
        let tile = |at: usize| Tile { z: COARSE, x: (at as u32) % (1 << COARSE), y: (at as u32) >> COARSE };
        Coverage {
            zoom: FINE,
            tiles,
            square_kilometres: (area * 10.0).round() / 10.0,
            pictures_by_quadkey: counted.map(|(at, count)| (tile(at).quadkey(), *count)).collect(),
        }
    }
}

/// Row by row, from the north-west.
fn place(tile: Tile) -> usize {
    ((tile.y as usize) << tile.z) | tile.x as usize
}

/// Area of a tile in row `y`, square kilometres: its part of the zone of a sphere between two parallels, which is
/// R² · Δλ · (sin φ₁ − sin φ₂) (Archimedes); and in Web Mercator the sine of a row's edge is a hyperbolic tangent.
fn tile_area(zoom: u8, y: u32) -> f64 {
    let side = f64::from(1_u32 << zoom);
    let sine = |y: f64| (std::f64::consts::PI * (1.0 - 2.0 * y / side)).tanh();
    EARTH * EARTH * (std::f64::consts::TAU / side) * (sine(f64::from(y)) - sine(f64::from(y) + 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_tiles_together_are_the_earth_but_for_its_poles() {
        let all: f64 = (0..1 << FINE).map(|y| tile_area(FINE, y) * f64::from(1_u32 << FINE)).sum();
        let sphere = 4.0 * std::f64::consts::PI * EARTH * EARTH;
        let cut = flaneur_coverage::quadkey::MAX_LATITUDE.to_radians().sin();
        assert!((all / (sphere * cut) - 1.0).abs() < 1e-9, "{all}");
        // A tile at the equator is a square of the length of its edge.
        let edge = std::f64::consts::TAU * EARTH / f64::from(1_u32 << FINE);
        assert!((tile_area(FINE, 1 << (FINE - 1)) / (edge * edge) - 1.0).abs() < 1e-5);
        // Half as wide, and half as high, at 60 degrees.
        let north = Tile::at(FINE, 0.0, 60.0).y;
        assert!((tile_area(FINE, north) / (edge * edge) - 0.25).abs() < 1e-3);
    }

    proptest! {
        #[test]
        fn tiles_are_counted_once_and_pictures_each(places in prop::collection::vec((-180.0..180.0, -90.0..90.0), 1..60)) {
            let mut seen = Seen::default();
            for (lon, lat) in places.iter().chain(&places) {
                seen.add(*lon, *lat);
            }
            let coverage = seen.coverage();
            let tiles: std::collections::BTreeSet<String> =
                places.iter().map(|(lon, lat)| Tile::at(FINE, *lon, *lat).quadkey()).collect();
            prop_assert_eq!(coverage.tiles, tiles.len() as u64);
            prop_assert_eq!(coverage.pictures_by_quadkey.values().sum::<u64>(), 2 * places.len() as u64);
            for key in coverage.pictures_by_quadkey.keys() {
                prop_assert!(tiles.iter().any(|tile| tile.starts_with(key)));
            }
        }
    }
}
