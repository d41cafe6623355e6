//! Changes coefficients, size, sampling and tables, and has libjpeg write the picture in any coding.

use super::coding::coding;
use super::numbers::Numbers;
use super::segments::{Piece, pieces};
use crate::libjpeg::{self, Component, Picture};
use crate::task::LIMITS;

/// The picture of the file changed, or a new one if libjpeg can't read it; nothing if it doesn't fit.
pub fn mutated(file: &[u8], numbers: &mut Numbers, room: usize) -> Option<Vec<u8>> {
    let readable = !numbers.once_in(16) && states_little(file);
    let old = if readable { libjpeg::read(file).ok() } else { None };
    let mut picture = old.unwrap_or_else(|| fresh(numbers));
    match numbers.below(8) {
        // The same in another coding.
        0 => {}
        1 => reshape(&mut picture, numbers),
        2 => change_steps(&mut picture, numbers),
        _ => change_blocks(&mut picture, numbers),
    }
    let coding = coding(&picture, numbers);
    libjpeg::write(&picture, &coding, room)
}

/// Whether all frame headers are of sizes that libjpeg may allocate memory for.
fn states_little(file: &[u8]) -> bool {
    pieces(file).iter().all(|piece| match piece {
        Piece::Segment(0xC0..=0xC2 | 0xC9 | 0xCA, payload) => payload.get(1..5).is_some_and(|size| {
            let side = |at: usize| u64::from(u16::from_be_bytes([size[at], size[at + 1]]));
            side(0) * side(2) <= LIMITS.max_pixels
        }),
        _ => true,
    })
}

fn fresh(numbers: &mut Numbers) -> Picture {
    let count = numbers.one_of(&[1, 3, 3, 3, 3, 4]);
    let component = Component {
        sampling: (1, 1),
        size: (1, 1),
        own_size: (1, 1),
        quantisation: std::array::from_fn(|_| 1 + numbers.below(30) as u16),
        blocks: vec![[0; 64]],
    };
    let components = vec![component; count];
    let mut picture = Picture { width: 8, height: 8, mcus_across: 1, has_padding: true, warnings: 0, components };
    reshape(&mut picture, numbers);
    for _ in 0..numbers.below(12) {
        change_blocks(&mut picture, numbers);
    }
    picture
}

/// Another size or sampling. Blocks are those that were there, over and over.
fn reshape(picture: &mut Picture, numbers: &mut Numbers) {
    match numbers.below(8) {
        // A panorama of which tiles can be cut out.
        0 => {
            let unit = numbers.one_of(&[8, 16]);
            (picture.width, picture.height) = (4 * unit, 2 * unit);
        }
        // So wide that a reduced copy is made: slow.
        1 if numbers.once_in(8) => {
            picture.width = numbers.one_of(&[3900, 7800, 15_600]) + numbers.below(60) as u32;
            picture.height = 1 + numbers.below(4) as u32;
        }
        2 => (picture.width, picture.height) = (1 + numbers.below(80) as u32, 1 + numbers.below(80) as u32),
        _ => (picture.width, picture.height) = (1 + numbers.below(48) as u32, 1 + numbers.below(40) as u32),
    }
    if numbers.once_in(3) {
        std::mem::swap(&mut picture.width, &mut picture.height);
    }
    let count = picture.components.len();
    if count > 1 && numbers.once_in(2) {
        let (h, v) = numbers.one_of(&[(1, 1), (2, 1), (2, 2), (2, 2), (1, 2), (4, 1), (1, 4), (4, 2), (2, 4), (3, 1)]);
        for (number, component) in picture.components.iter_mut().enumerate() {
            let finest = number == 0 || number == 3 || numbers.once_in(12);
            component.sampling = if finest { (h, v) } else { (1, 1) };
        }
    }
    let most = |factor: fn(&Component) -> u32| picture.components.iter().map(factor).max().unwrap_or(1);
    let (max_h, max_v) = (most(|c| c.sampling.0), most(|c| c.sampling.1));
    let (across, down) = (picture.width.div_ceil(8 * max_h), picture.height.div_ceil(8 * max_v));
    picture.mcus_across = across as usize;
    for component in &mut picture.components {
        let (h, v) = component.sampling;
        let own = |pixels: u32, factor: u32, max: u32| (pixels * factor).div_ceil(max).div_ceil(8) as usize;
        component.own_size = (own(picture.width, h, max_h), own(picture.height, v, max_v));
        component.size = ((across * h) as usize, (down * v) as usize);
        let wanted = component.size.0 * component.size.1;
        component.blocks = component.blocks.iter().copied().cycle().take(wanted).collect();
    }
}

fn change_steps(picture: &mut Picture, numbers: &mut Numbers) {
    let number = numbers.below(picture.components.len());
    let steps = &mut picture.components[number].quantisation;
    match numbers.below(4) {
        0 => *steps = std::array::from_fn(|_| 1 + numbers.below(255) as u16),
        1 => *steps = [numbers.one_of(&[0, 1, 2, 16, 255, 256, 65_535]); 64],
        _ => steps[numbers.below(64)] = numbers.one_of(&[0, 1, 3, 40, 255, 256, 1024, 32_768, 65_535]),
    }
}

fn change_blocks(picture: &mut Picture, numbers: &mut Numbers) {
    let number = numbers.below(picture.components.len());
    let blocks = &mut picture.components[number].blocks;
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(blocks.len());
        match numbers.below(8) {
            0 => blocks[at] = [0; 64],
            1 => blocks[at] = blocks[numbers.below(blocks.len())],
            2 => blocks[at] = std::array::from_fn(|_| numbers.below(9) as i16 - 4),
            // As large as values get, and a little larger.
            3 => blocks[at][0] = numbers.one_of(&[-2048, -2047, -1024, -1023, 1023, 1024, 2047]),
            4 => blocks[at][numbers.below(64)] = numbers.one_of(&[-1024, -1023, -512, 511, 512, 1023]),
            5 => {
                let value = numbers.below(2047) as i16 - 1023;
                blocks.iter_mut().skip(at).for_each(|block| block[0] = value);
            }
            _ => {
                let reach = 1usize << numbers.below(11);
                blocks[at][numbers.below(64)] = numbers.below(2 * reach) as i16 - reach as i16;
            }
        }
    }
}
