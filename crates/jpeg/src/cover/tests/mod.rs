mod look;
mod masks;
mod plans;

use crate::blocks::ZIGZAG;
use crate::frame::{Component, Frame, Process};

/// A frame with components of these sampling factors.
fn frame(width: u32, height: u32, factors: &[(u8, u8)]) -> Frame {
    let component = |(i, &(horizontal, vertical))| Component { id: i, horizontal, vertical, table: 0 };
    Frame { width, height, process: Process::Baseline, components: (1..).zip(factors).map(component).collect() }
}

/// A plausible quantisation table in zigzag order: like the example of T.81, annex K, steps grow with
/// the frequency. `quality` is scaled as libjpeg does.
fn table(quality: u16, chroma: bool) -> [u16; 64] {
    let scale = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    std::array::from_fn(|k| {
        let (u, v) = (u16::from(ZIGZAG[k] % 8), u16::from(ZIGZAG[k] / 8));
        let step = if chroma { (17 + 11 * (u + v)).min(99) } else { 12 + 3 * (u + v) + u * v };
        (step * scale / 100).clamp(1, 255)
    })
}
