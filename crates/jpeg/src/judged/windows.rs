//! Tiles are what `jpegtran -crop` makes of the same master.

use flaneur_test_jpeg::{Judge, pictures, shared};

use super::{master, name, open, regions};
use crate::index::TileIndex;

/// Cuts windows out of a file of ours by its index, and has them compared.
fn judge_windows(judge: Judge, name: &str, bytes: &[u8]) -> usize {
    let Ok(upload) = open(bytes) else { return 0 };
    let (width, height) = upload.size();
    let unit = upload.stream.head.frame.unit_size();
    let redacted = upload.redact(&regions(3, (width, height))).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (master, proven) = master(&redacted);
    let index = TileIndex::parse(&proven.tile_index().to_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let grid = index.grid();
    let (unit_width, unit_height) = unit;
    let mut compared = 0;
    for row in 0..grid.rows {
        for column in 0..grid.columns {
            let (x0, x1) = (width * column / grid.columns, width * (column + 1) / grid.columns);
            let (y0, y1) = (height * row / grid.rows, height * (row + 1) / grid.rows);
            let (x0, y0) = (x0 / unit_width * unit_width, y0 / unit_height * unit_height);
            let every = if width > 4000 { 7 } else { 1 };
            if x0 >= x1 || y0 >= y1 || !(row * grid.columns + column).is_multiple_of(every) {
                continue;
            }
            let window = index.window(x0..x1, y0..y1);
            // The window may be wider than what was asked for; its part is compared as a whole.
            let left = window.columns.start as u32 * unit_width;
            let size = ((window.columns.end as u32 * unit_width).min(width) - left, y1 - y0);
            let data: Vec<&[u8]> = index
                .ranges(&window)
                .into_iter()
                .map(|range| &master[range.start as usize..range.end as usize])
                .collect();
            let tile = index.cut_out(&window, size, &data).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            let area = format!("{}x{}+{left}+{y0}", size.0, size.1);
            let crop = judge.jpegtran(&["-crop", &area], &master).unwrap_or_else(|error| panic!("{name}: {error}"));
            let found = judge.compare(&tile, &crop).unwrap_or_else(|error| panic!("{name}: {error}"));
            // Blocks behind the lower edge are the master's, which nobody sees; jpegtran makes up others.
            assert!(found.same_shape && found.same_tables && found.differing.is_empty(), "{name} {area}: {found:?}");
            assert_eq!(found.warnings, [0, 0], "{name} {area}");
            compared += 1;
        }
    }
    compared
}

#[test]
fn of_real_panoramas() {
    let Some(judge) = Judge::find() else { return };
    for path in shared::files("pano360") {
        let bytes = std::fs::read(&path).expect("a file that is listed can be read");
        println!("{}: {} tiles", name(&path), judge_windows(judge, &name(&path), &bytes));
    }
}

#[test]
fn of_all_codings() {
    let Some(judge) = Judge::find() else { return };
    let compared: usize = pictures::all(judge)
        .iter()
        .filter(|made| made.baseline)
        .map(|made| judge_windows(judge, &made.name, &made.bytes))
        .sum();
    assert!(compared > 200, "{compared} tiles");
}
