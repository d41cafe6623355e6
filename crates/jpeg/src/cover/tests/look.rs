//! Pictures of plans for real photos, to be looked at.
//!
//! `FLANEUR_LOOK` names a folder with a file `regions.txt`. Each of its lines has the path of a JPEG
//! file, then for each region `face` or `plate` and left, top, right and bottom edge in pixels. Beside
//! it, before and after of each region are written, in full and in half size.

use super::super::{Plan, Region};
use super::{frame, table};
use crate::blocks::{Block, Grid, ZIGZAG};
use std::f32::consts::PI;
use std::path::Path;

/// Pixels around a region that are shown, too.
const AROUND: f32 = 80.0;

struct Planes {
    width: usize,
    height: usize,
    samples: Vec<[f32; 3]>,
}

fn decode(path: &Path) -> Planes {
    let source = crate::Source::open(&std::fs::read(path).unwrap(), 1, false, &crate::Limits::default()).unwrap();
    let crate::Pixels { width, height, rgb } = source.pixels().unwrap();
    let samples = rgb.as_chunks::<3>().0.iter().map(|pixel| {
        // T.871, 7.
        let [r, g, b] = pixel.map(f32::from);
        let luma = 0.299 * r + 0.587 * g + 0.114 * b;
        [luma, (b - luma) / 1.772 + 128.0, (r - luma) / 1.402 + 128.0]
    });
    Planes { width: width as usize, height: height as usize, samples: samples.collect() }
}

impl Planes {
    /// The means of the blocks of a component that has `unit` of the two by two blocks of a coded unit.
    fn dc(&self, component: usize, unit: usize, step: u16) -> Grid<i16> {
        let (columns, rows) = (self.width.div_ceil(16) * unit, self.height.div_ceil(16) * unit);
        let side = 16 / unit;
        let mut dc = Grid::new(columns, rows, 0);
        for (i, cell) in dc.cells.iter_mut().enumerate() {
            let (bx, by) = (i % columns * side, i / columns * side);
            let mut sum = 0.0;
            for (dx, dy) in (0..side).flat_map(|y| (0..side).map(move |x| (x, y))) {
                let (x, y) = ((bx + dx).min(self.width - 1), (by + dy).min(self.height - 1));
                sum += self.samples[y * self.width + x][component];
            }
            let mean = sum / (side * side) as f32;
            *cell = ((mean - 128.0) * 8.0 / f32::from(step)).round() as i16;
        }
        dc
    }

    fn rgb(&self, x: usize, y: usize) -> [f32; 3] {
        let [luma, blue, red] = self.samples[y * self.width + x];
        let (blue, red) = (blue - 128.0, red - 128.0);
        [luma + 1.402 * red, luma - 0.344_14 * blue - 0.714_14 * red, luma + 1.772 * blue]
    }
}

fn pixels(block: &Block, table: &[u16; 64]) -> [[f32; 8]; 8] {
    let mut out = [[0.0; 8]; 8];
    for (k, &coefficient) in block.iter().enumerate().filter(|(_, c)| **c != 0) {
        let (u, v) = (ZIGZAG[k] % 8, ZIGZAG[k] / 8);
        let value = f32::from(coefficient) * f32::from(table[k]) / 4.0;
        let wave = |u: u8, x: usize| {
            let scale = if u == 0 { 0.5f32.sqrt() } else { 1.0 };
            scale * ((2 * x + 1) as f32 * f32::from(u) * PI / 16.0).cos()
        };
        for (y, row) in out.iter_mut().enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                *pixel += value * wave(u, x) * wave(v, y);
            }
        }
    }
    out
}

/// Puts the blocks of a plan into a picture. Chroma is interpolated within a block only.
fn show(plan: &Plan, planes: &mut Planes, tables: &[[u16; 64]]) {
    for (index, _) in plan.touched.cells.iter().enumerate().filter(|(_, touched)| **touched) {
        let (mx, my) = (index % plan.touched.width, index / plan.touched.width);
        for (component, table) in tables.iter().enumerate().take(3) {
            let unit = if component == 0 { 2 } else { 1 };
            for (bx, by) in [(0, 0), (1, 0), (0, 1), (1, 1)].into_iter().filter(|&(x, y)| x < unit && y < unit) {
                let (bx, by) = (mx * unit + bx, my * unit + by);
                let block = pixels(&plan.block(component, bx, by), table);
                let side = 16 / unit;
                for (dx, dy) in (0..side).flat_map(|y| (0..side).map(move |x| (x, y))) {
                    let (x, y) = (bx * side + dx, by * side + dy);
                    if x < planes.width && y < planes.height {
                        let at = |d: usize| ((d as f32 + 0.5) * unit as f32 / 2.0 - 0.5).clamp(0.0, 7.0);
                        let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
                        let (fx, fy) = (at(dx), at(dy));
                        let (x0, y0) = (fx as usize, fy as usize);
                        let (x1, y1) = ((x0 + 1).min(7), (y0 + 1).min(7));
                        let (tx, ty) = (fx.fract(), fy.fract());
                        let level =
                            mix(mix(block[y0][x0], block[y0][x1], tx), mix(block[y1][x0], block[y1][x1], tx), ty);
                        planes.samples[y * planes.width + x][component] = (level + 128.0).clamp(0.0, 255.0);
                    }
                }
            }
        }
    }
}

fn write(path: &Path, before: &Planes, after: &Planes, [x, y, w, h]: [usize; 4], shrink: usize) {
    let (w, h) = (w / shrink, h / shrink);
    let mut rgb = Vec::with_capacity(2 * w * h * 3);
    for row in 0..h {
        for side in [before, after] {
            for column in 0..w {
                let mut sum = [0.0; 3];
                for (dx, dy) in (0..shrink).flat_map(|y| (0..shrink).map(move |x| (x, y))) {
                    let pixel = side.rgb(x + column * shrink + dx, y + row * shrink + dy);
                    sum = std::array::from_fn(|i| sum[i] + pixel[i]);
                }
                rgb.extend(sum.map(|v| (v / (shrink * shrink) as f32).round().clamp(0.0, 255.0) as u8));
            }
        }
    }
    let mut encoder = jpeg_encoder::Encoder::new_file(path, 98).unwrap();
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
    encoder.encode(&rgb, (2 * w) as u16, h as u16, jpeg_encoder::ColorType::Rgb).unwrap();
}

#[test]
#[ignore = "writes pictures to be looked at; set FLANEUR_LOOK"]
fn look() {
    let folder = std::env::var("FLANEUR_LOOK").expect("FLANEUR_LOOK names a folder with regions.txt");
    let folder = Path::new(&folder);
    let list = std::fs::read_to_string(folder.join("regions.txt")).unwrap();
    for (number, line) in list.lines().enumerate() {
        let mut words = line.split_whitespace();
        let Some(path) = words.next() else { continue };
        let words: Vec<&str> = words.collect();
        let boxes = words.chunks_exact(5).map(|w| (w[0], [1, 2, 3, 4].map(|i| w[i].parse::<f32>().unwrap())));
        let boxes: Vec<_> = boxes.collect();
        let regions: Vec<Region> = boxes
            .iter()
            .map(
                |&(kind, [a, b, c, d])| {
                    if kind == "plate" { Region::plate(a, b, c, d) } else { Region::face(a, b, c, d) }
                },
            )
            .collect();
        let before = decode(Path::new(path));
        let mut after = Planes { samples: before.samples.clone(), ..before };
        let tables = [table(90, false), table(90, true), table(90, true)];
        let dc: Vec<Grid<i16>> = [(0, 2), (1, 1), (2, 1)].map(|(c, unit)| before.dc(c, unit, tables[c][0])).into();
        let frame = frame(before.width as u32, before.height as u32, &[(2, 2), (1, 1), (1, 1)]);
        let start = std::time::Instant::now();
        let plan = Plan::new(&frame, &tables, &dc, &regions, 1, before.width == 2 * before.height);
        println!("{path}: {} coded units, {:?}", plan.touched_count(), start.elapsed());
        show(&plan, &mut after, &tables);
        for (i, (_, [x0, y0, x1, y1])) in boxes.iter().enumerate() {
            let (w, h) = (before.width as f32, before.height as f32);
            let [x0, y0] = [(x0 - AROUND).clamp(0.0, w - 2.0), (y0 - AROUND).clamp(0.0, h - 2.0)];
            let [x1, y1] = [(x1 + AROUND).clamp(x0 + 2.0, w), (y1 + AROUND).clamp(y0 + 2.0, h)];
            let crop = [x0, y0, x1 - x0, y1 - y0].map(|v| v as usize);
            for shrink in [1, 2] {
                let name = format!("{number:02}-{i:02}-{}.jpg", 100 / shrink);
                write(&folder.join(name), &before, &after, crop, shrink);
            }
        }
    }
}
