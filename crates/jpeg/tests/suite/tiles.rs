//! Tiles and views through the index of a master.

use flaneur_jpeg::{Chroma, MAX_INDEX, Metadata, PerspectiveView, Pixels, TileIndex, encode_rgb};
use jpeg_encoder::SamplingFactor;
use proptest::prelude::*;

use crate::common::{
    Coding, Numbers, decoded, difference, open, open_as, paint, size_of_damaged, street, unit_size, units,
};
use crate::scenes::{coding, place, regions, scene};

/// A master of a panorama, and its index as it is stored.
fn stored(bytes: &[u8], regions: &[flaneur_jpeg::Region]) -> (Vec<u8>, TileIndex) {
    let redacted = open_as(bytes, 1, true).redact(regions).unwrap();
    let master = redacted.master(&Metadata { exif: Some(vec![7; 999]), xmp: None }).unwrap();
    let proven = redacted.prove(&master).unwrap_or_else(|error| panic!("{error}"));
    let index = proven.tile_index().to_bytes();
    assert!(index.len() < MAX_INDEX);
    let parsed = TileIndex::parse(&index).unwrap();
    assert_eq!(parsed.to_bytes(), index);
    assert_eq!(parsed.size(), open(&master).size());
    (master, parsed)
}

/// The byte ranges of a window, as far as the file goes.
fn data(index: &TileIndex, window: &flaneur_jpeg::Window, master: &[u8]) -> Vec<Vec<u8>> {
    let clipped = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(master.len());
    index.ranges(window).iter().map(|range| master[clipped(range.start)..clipped(range.end)].to_vec()).collect()
}

fn tile(index: &TileIndex, master: &[u8], column: u32, row: u32) -> Vec<u8> {
    let window = index.tile_window(column, row).unwrap();
    index.tile(column, row, &data(index, &window, master)).unwrap_or_else(|error| panic!("{column},{row}: {error}"))
}

fn each_tile(index: &TileIndex) -> impl Iterator<Item = (u32, u32)> + use<> {
    let grid = index.grid();
    (0..grid.rows).flat_map(move |row| (0..grid.columns).map(move |column| (column, row)))
}

fn crop(pixels: &Pixels, x: u32, y: u32, width: u32, height: u32) -> Pixels {
    let row = |row: u32| {
        let from = (((y + row) * pixels.width + x) * 3) as usize;
        &pixels.rgb[from..from + width as usize * 3]
    };
    Pixels { width, height, rgb: (0..height).flat_map(|y| row(y).to_vec()).collect() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn aligned_tiles_are_cut_out(
        scene in scene(),
        (across, down) in (1u32..5, 1u32..6),
        coding in coding(),
        places in prop::collection::vec(place(), 0..4),
    ) {
        let sample = coding.encode(&street(8, 8));
        let (w, h) = if coding.grey { (8, 8) } else { unit_size(&sample) };
        let (width, height) = (w * across * 4, h * down * 2);
        let (master, index) = stored(&coding.encode(&scene.pixels(width, height)), &regions(&places, (width, height)));
        let grid = index.grid();
        prop_assert_eq!((grid.columns, grid.rows, grid.tile_width, grid.tile_height), (4, 2, w * across, h * down));
        let (whole, all) = (units(&master), decoded(&master));
        for (column, row) in each_tile(&index) {
            let tile = tile(&index, &master, column, row);
            let held = units(&tile);
            prop_assert_eq!(held.size, (grid.tile_width, grid.tile_height));
            for (unit, blocks) in &held.units {
                let (x, y) = (*unit as u32 % across + column * across, *unit as u32 / across + row * down);
                prop_assert_eq!(blocks, &whole.units[&((y * across * 4 + x) as usize)], "{},{}: {}", column, row, unit);
            }
            // Chroma is interpolated from what is beyond the edge, too; a tile has nothing there.
            let part = crop(&all, column * grid.tile_width, row * grid.tile_height, grid.tile_width, grid.tile_height);
            let exact = coding.grey || (w, h) == (8, 8);
            let inside = |pixels: &Pixels| {
                if exact { pixels.clone() } else { crop(pixels, 4, 4, pixels.width - 8, pixels.height.saturating_sub(8).max(1)) }
            };
            if exact || grid.tile_height > 8 {
                prop_assert_eq!(inside(&decoded(&tile)), inside(&part), "{},{}", column, row);
            }
        }
    }

    #[test]
    fn damaged_indices_and_data_never_panic(seed in any::<u32>(), restart in 0u16..4, aligned in any::<bool>()) {
        let (width, height) = if aligned { (128, 64) } else { (101, 47) };
        let coding = Coding { restart, quality: 60, ..Coding::default() };
        let (master, index) = stored(&coding.encode(&street(width, height)), &[]);
        let mut numbers = Numbers::new(seed);
        let mut mutate = |bytes: &mut Vec<u8>| {
            for _ in 0..=numbers.below(4) {
                let at = numbers.below((bytes.len() as u32).max(1)) as usize;
                match (numbers.below(4), bytes.get_mut(at)) {
                    (0, Some(byte)) => *byte = numbers.below(256) as u8,
                    (1, Some(byte)) => *byte ^= 1 << numbers.below(8),
                    (2, Some(_)) => drop(bytes.remove(at)),
                    _ => bytes.insert(at, numbers.below(256) as u8),
                }
            }
        };
        let view = PerspectiveView { yaw_deg: 170.0, pitch_deg: 10.0, roll_deg: 0.0, fov_deg: 60.0, width: 32, height: 20 };
        let show = |index: &TileIndex, spoil: &mut dyn FnMut(&mut Vec<u8>)| {
            for (column, row) in each_tile(index).take(8) {
                let window = index.tile_window(column, row).unwrap();
                let mut data = data(index, &window, &master);
                data.iter_mut().for_each(&mut *spoil);
                if let Ok(tile) = index.tile(column, row, &data) {
                    let grid = index.grid();
                    let size = (grid.tile_width, grid.tile_height);
                    assert_eq!(size_of_damaged(&tile).unwrap_or(size), size);
                }
            }
            let windows = index.view_windows(&view).unwrap();
            let data: Vec<_> = windows.iter().map(|window| data(index, window, &master)).collect();
            if let Ok(file) = index.view(&view, &data) {
                assert_eq!(open(&file).size(), (32, 20));
            }
        };
        show(&index, &mut mutate);
        let mut bytes = index.to_bytes();
        mutate(&mut bytes);
        if let Ok(index) = TileIndex::parse(&bytes) {
            show(&index, &mut |_| ());
        }
    }
}

#[test]
fn cut_off_indices_are_refused() {
    let (_, index) = stored(&Coding { restart: 2, ..Coding::default() }.encode(&street(64, 32)), &[]);
    let bytes = index.to_bytes();
    for end in 0..bytes.len() {
        assert!(TileIndex::parse(&bytes[..end]).is_err(), "cut at {end}");
    }
    assert!(TileIndex::parse(&[bytes.as_slice(), &[0]].concat()).is_err());
    assert!(index.tile_window(4, 0).is_none() && index.tile_window(0, 2).is_none());
    assert!(index.tile(4, 0, &[[0u8; 0]; 1]).is_err());
    assert!(index.tile(0, 0, &[[0u8; 0]; 0]).is_err());
}

/// Like a street, but without what differs from pixel to pixel.
fn soft(width: u32, height: u32) -> Pixels {
    let mut pixels = Pixels { width, height, rgb: vec![0; (width * height * 3) as usize] };
    paint(&mut pixels, [0, 0, width, height], |x, y| {
        let turn = f64::from(x) / f64::from(width) * std::f64::consts::TAU;
        let down = f64::from(y) / f64::from(height);
        let wave = |v: f64| (128.0 + 90.0 * v) as u8;
        [wave((3.0 * turn).sin() * (5.0 * down).cos()), wave((2.0 * turn).cos()), wave((7.0 * down).sin() * turn.cos())]
    });
    pixels
}

#[test]
fn tiles_together_are_the_panorama() {
    for (width, height) in [(640, 320), (1001, 333), (400, 200), (402, 206), (5, 3), (1, 1), (4100, 40)] {
        for (sampling, restart, grey) in [
            (SamplingFactor::R_4_2_0, 0, false),
            (SamplingFactor::R_4_2_0, 7, false),
            (SamplingFactor::R_4_4_4, 1, false),
            (SamplingFactor::R_4_2_2, 0, false),
            (SamplingFactor::R_4_2_2, 13, true),
        ] {
            let coding = Coding { sampling, restart, grey, quality: 98, ..Coding::default() };
            let (master, index) = stored(&coding.encode(&soft(width, height)), &[]);
            let (whole, grid) = (decoded(&master), index.grid());
            let mut together = Pixels { width, height, rgb: vec![0; whole.rgb.len()] };
            for (column, row) in each_tile(&index) {
                let tile = decoded(&tile(&index, &master, column, row));
                assert_eq!((tile.width, tile.height), (grid.tile_width, grid.tile_height));
                // Where the stretched picture shows about the same place: rows and columns of the whole in this tile.
                let inside = |number: u32, size: u32, length: u32, full: u32| {
                    (0..size).filter_map(move |at| {
                        let stretched = ((f64::from(at) + 0.5) * f64::from(full) / f64::from(size)) as u32;
                        (stretched / length == number).then_some((at, stretched % length))
                    })
                };
                for (y, tile_y) in inside(row, height, grid.tile_height, grid.full_height()) {
                    for (x, tile_x) in inside(column, width, grid.tile_width, grid.full_width()) {
                        let (to, from) = ((y * width + x) * 3, (tile_y * grid.tile_width + tile_x) * 3);
                        let pixel = &tile.rgb[from as usize..from as usize + 3];
                        together.rgb[to as usize..to as usize + 3].copy_from_slice(pixel);
                    }
                }
            }
            // The tiniest differ from pixel to pixel more than half a pixel of stretching allows.
            let allowed = if width > 5 { 2.5 } else { 60.0 };
            let off = difference(&together, &whole);
            assert!(off < allowed, "{width}x{height} {coding:?}: off by {off}");
        }
    }
}

/// A flat view, pixel by pixel from the definition: longitude 0 is the middle column, latitude grows upward.
fn rendered(panorama: &Pixels, view: &PerspectiveView) -> Pixels {
    let [yaw, pitch, roll] = [view.yaw_deg, view.pitch_deg, view.roll_deg].map(f64::to_radians);
    let distance = f64::from(view.width) / 2.0 / (view.fov_deg.to_radians() / 2.0).tan();
    let (width, height) = (f64::from(panorama.width), f64::from(panorama.height));
    let sample = |x: f64, y: f64, channel: usize| {
        let (left, top) = (x.floor(), y.floor());
        let level = |x: f64, y: f64| {
            let (x, y) = (x.rem_euclid(width) as usize, y.clamp(0.0, height - 1.0) as usize);
            f64::from(panorama.rgb[(y * panorama.width as usize + x) * 3 + channel])
        };
        let row = |y: f64| level(left, y) * (1.0 - (x - left)) + level(left + 1.0, y) * (x - left);
        row(top) * (1.0 - (y - top)) + row(top + 1.0) * (y - top)
    };
    let mut rgb = Vec::new();
    for (row, column) in (0..view.height).flat_map(|row| (0..view.width).map(move |column| (row, column))) {
        let (x, up) = (
            f64::from(column) + 0.5 - f64::from(view.width) / 2.0,
            f64::from(view.height) / 2.0 - 0.5 - f64::from(row),
        );
        // A camera that is turned clockwise sees a point of the scene turned counterclockwise: turn it back.
        let (x, up) = (x * roll.cos() + up * roll.sin(), up * roll.cos() - x * roll.sin());
        let (up, ahead) = (up * pitch.cos() + distance * pitch.sin(), distance * pitch.cos() - up * pitch.sin());
        let longitude = x.atan2(ahead) + yaw;
        let latitude = up.atan2(x.hypot(ahead));
        let (px, py) = (
            (longitude / std::f64::consts::TAU + 0.5) * width - 0.5,
            (0.5 - latitude / std::f64::consts::PI) * height - 0.5,
        );
        rgb.extend([0, 1, 2].map(|channel| sample(px, py, channel).round() as u8));
    }
    Pixels { width: view.width, height: view.height, rgb }
}

#[test]
fn views_show_what_a_camera_would_see() {
    let (width, height) = (2048, 1024);
    let panorama = encode_rgb(&soft(width, height), Chroma::Quarter, 95, &Metadata::default()).unwrap();
    for bytes in [panorama, Coding { restart: 11, ..Coding::default() }.encode(&soft(2001, 1000))] {
        let (master, index) = stored(&bytes, &[]);
        let whole = decoded(&master);
        for (yaw, pitch, roll, fov, size) in [
            (0.0, 0.0, 0.0, 90.0, (512, 320)),
            (75.0, 20.0, 10.0, 60.0, (320, 320)),
            // Across the seam, reduced, and at the poles.
            (180.0, -10.0, 0.0, 100.0, (320, 200)),
            (-175.0, 15.0, -30.0, 45.0, (100, 64)),
            (33.0, 88.0, 0.0, 80.0, (200, 200)),
            (33.0, -90.0, 45.0, 120.0, (64, 64)),
        ] {
            let (width, height) = size;
            let view = PerspectiveView { yaw_deg: yaw, pitch_deg: pitch, roll_deg: roll, fov_deg: fov, width, height };
            let windows = index.view_windows(&view).unwrap();
            let data: Vec<_> = windows.iter().map(|window| data(&index, window, &master)).collect();
            let found = decoded(&index.view(&view, &data).unwrap());
            let off = difference(&found, &rendered(&whole, &view));
            assert!(off < 4.0, "{view:?}: off by {off}");
        }
    }
}
