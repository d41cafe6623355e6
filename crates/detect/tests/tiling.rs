//! Tiles cover the picture with the overlap asked for, and pixels arrive where the network wants them.

use flaneur_detect::manifest::{Channels, Input};
use flaneur_detect::tiling::{Layout, Pixels, Tile, fill};
use proptest::prelude::*;

const LAYOUT: Layout = Layout { tile: 1280, overlap: 160, multiple: 32 };

#[test]
fn small_pictures_are_one_tile() {
    assert_eq!(LAYOUT.spans(1280).starts, [0]);
    assert_eq!(LAYOUT.tiles(640, 480, false), [Tile { x: 0, y: 0, width: 640, height: 480 }]);
    // A small panorama is looked at once too, with what continues over the seam.
    assert_eq!(LAYOUT.tiles(1024, 512, true), [Tile { x: 0, y: 0, width: 1184, height: 512 }]);
}

#[test]
fn tiles_are_no_longer_than_they_need_to_be() {
    let flat = LAYOUT.spans(5760);
    assert_eq!((flat.starts, flat.length), (vec![0, 1120, 2240, 3360, 4480], 1280));
    let round = LAYOUT.spans_round(5760);
    assert_eq!((round.starts, round.length), (vec![0, 960, 1920, 2880, 3840, 4800], 1120));
    assert_eq!(LAYOUT.spans(2880).length, 1088);
    assert_eq!(LAYOUT.tiles(5760, 2880, true).len(), 6 * 3);
}

proptest! {
    #[test]
    fn everything_as_long_as_the_overlap_lies_in_a_tile(
        length in 1_usize..20_000, tile in 2_usize..60, share in 0_usize..=50, at in 0.0_f64..1.0,
    ) {
        let layout = Layout { tile: tile * 32, overlap: tile * 32 * share / 100, multiple: 32 };
        let flat = layout.spans(length);
        prop_assert!(flat.length <= layout.tile.min(length) && flat.starts.is_sorted());
        prop_assert_eq!(flat.starts[flat.starts.len() - 1] + flat.length, length);
        let thing = layout.overlap.clamp(1, length);
        let from = ((length - thing) as f64 * at) as usize;
        prop_assert!(
            flat.starts.iter().any(|start| *start <= from && start + flat.length >= from + thing),
            "{from}+{thing} in {flat:?}"
        );

        let round = layout.spans_round(length);
        prop_assert!(round.length <= layout.tile.min(2 * length) && round.starts.is_sorted());
        let from = (length as f64 * at) as usize;
        let inside = |from: usize| round.starts.iter().any(|start| *start <= from && start + round.length >= from + thing);
        prop_assert!(inside(from) || inside(from + length), "{from}+{thing} in {round:?}");
    }
}

fn input(channels: Channels) -> Input {
    Input { channels, mean: [10.0, 20.0, 30.0], scale: 0.5, pad: 114, multiple: 4, fixed: false }
}

/// Pixel (x, y) of a 5×3 picture has red 10·y + x, green 100 + x, blue 200 + y.
fn picture() -> Vec<u8> {
    (0..15).flat_map(|at| [at / 5 * 10 + at % 5, 100 + at % 5, 200 + at / 5]).collect()
}

#[test]
fn pixels_are_normalised_padded_and_wrapped() {
    let rgb = picture();
    let pixels = Pixels { rgb: &rgb, width: 5, height: 3 };
    let mut tensor = vec![99.0; 7];
    let tile = Tile { x: 3, y: 1, width: 5, height: 2 };
    assert_eq!(fill(&mut tensor, &pixels, &tile, &input(Channels::Rgb), None), (4, 8));
    assert_eq!(tensor.len(), 3 * 4 * 8);
    let red = |value: f32| (value - 10.0) * 0.5;
    // Row 1, columns 3, 4, 0, 1, 2, then padding.
    let first: Vec<f32> = [13.0, 14.0, 10.0, 11.0, 12.0, 114.0, 114.0, 114.0].map(red).to_vec();
    assert_eq!(&tensor[..8], &first[..]);
    assert_eq!(&tensor[16..32], &[red(114.0); 16][..], "rows below are padding");
    assert_eq!(tensor[32].to_bits(), ((103.0_f32 - 20.0) * 0.5).to_bits(), "green comes second");
    assert_eq!(tensor[64].to_bits(), ((201.0_f32 - 30.0) * 0.5).to_bits(), "blue comes last");
}

#[test]
fn blue_first_networks_get_means_in_their_order() {
    let rgb = picture();
    let pixels = Pixels { rgb: &rgb, width: 5, height: 3 };
    let mut tensor = Vec::new();
    let tile = Tile { x: 0, y: 0, width: 5, height: 3 };
    assert_eq!(fill(&mut tensor, &pixels, &tile, &input(Channels::Bgr), Some(16)), (16, 16));
    assert_eq!(tensor[0].to_bits(), ((200.0_f32 - 10.0) * 0.5).to_bits());
    assert_eq!(tensor[2 * 256].to_bits(), ((0.0_f32 - 30.0) * 0.5).to_bits());
}
