//! The part of the world in which there is something on the map.

use std::ops::RangeInclusive;

use flaneur_access::Viewer;
use flaneur_catalog::{Coverage, Result, model::AccountId};
use flaneur_coverage::{
    cell,
    quadkey::{Bbox, Tile},
};

/// Zoom levels of the cells that are looked at: all coarse ones, then the fine ones in those at the edge. The catalog keeps
/// counts of both.
const COARSE: u8 = 6;
/// 10 km wide at the equator.
const FINE: u8 = 12;
/// Most coarse cells that are looked into. What has more of them at its edge spans the world, and needs no fine bounds.
const MOST_LOOKED_INTO: usize = 24;

/// The box around the cells in which the viewer sees pictures; none if there are none.
pub(crate) async fn bounds(catalog: &dyn Coverage, viewer: Viewer, account: Option<AccountId>) -> Result<Option<Bbox>> {
    let cells = async |keys: RangeInclusive<i64>, zoom: u8| -> Result<Vec<Tile>> {
        let counted = catalog.grid(viewer, account, keys, zoom).await?;
        Ok(counted.into_iter().filter_map(|counted| cell::cell(counted.key, zoom)).collect())
    };
    let world = Tile { z: 0, x: 0, y: 0 };
    let coarse = cells(world.keys(), COARSE).await?;
    let edge = edge(&coarse);
    if edge.len() > MOST_LOOKED_INTO {
        return Ok(around(&coarse));
    }
    let mut fine = Vec::new();
    for tile in edge {
        let within = cells(tile.keys(), FINE).await?;
        if within.is_empty() {
            // Its pictures went away meanwhile, so that the others at the edge may not reach around all.
            return Ok(around(&coarse));
        }
        fine.extend(within);
    }
    Ok(around(&fine))
}

/// First and last column, first and last row.
fn ends(cells: &[Tile]) -> Option<[u32; 4]> {
    let columns = || cells.iter().map(|cell| cell.x);
    let rows = || cells.iter().map(|cell| cell.y);
    Some([columns().min()?, columns().max()?, rows().min()?, rows().max()?])
}

/// Those in the first or last column or row that has any.
fn edge(cells: &[Tile]) -> Vec<Tile> {
    let Some([west, east, north, south]) = ends(cells) else { return Vec::new() };
    let at_edge = |cell: &&Tile| [west, east].contains(&cell.x) || [north, south].contains(&cell.y);
    cells.iter().filter(at_edge).copied().collect()
}

/// The box around cells of one zoom level.
fn around(cells: &[Tile]) -> Option<Bbox> {
    let z = cells.first()?.z;
    let [west, east, north, south] = ends(cells)?;
    let (first, last) = (Tile { z, x: west, y: north }.bbox(), Tile { z, x: east, y: south }.bbox());
    Some(Bbox { west: first.west, south: last.south, east: last.east, north: first.north })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_around_all_cells_and_made_by_those_at_its_edge() {
        let cell = |x, y| Tile { z: 2, x, y };
        let cells = [cell(1, 0), cell(2, 1), cell(1, 2), cell(3, 2)];
        assert_eq!(edge(&cells), [cell(1, 0), cell(1, 2), cell(3, 2)]);
        let all = around(&cells).unwrap();
        assert_eq!(Some(all), around(&edge(&cells)));
        assert!((all.west + 90.0).abs() < 1e-9 && (all.east - 180.0).abs() < 1e-9, "{all:?}");
        assert!((all.north - 85.051_128).abs() < 1e-5 && (all.south + 66.513_260).abs() < 1e-5, "{all:?}");
        assert!(edge(&[]).is_empty() && around(&[]).is_none());
    }
}
