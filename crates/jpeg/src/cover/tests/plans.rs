//! What touched blocks hold, and what it depends on.

use super::super::{Plan, Region, touched};
use super::{frame, table};
use crate::blocks::Grid;
use crate::frame::Frame;
use proptest::prelude::*;

const SIZE: [u32; 2] = [320, 240];

struct Picture {
    frame: Frame,
    tables: Vec<[u16; 64]>,
    dc: Vec<Grid<i16>>,
}

impl Picture {
    /// A picture of noise.
    fn new(seed: u32, factors: &[(u8, u8)]) -> Picture {
        let frame = frame(SIZE[0], SIZE[1], factors);
        let tables = (0..factors.len()).map(|i| table(90, i > 0)).collect();
        let mut picture = Picture { frame, tables, dc: Vec::new() };
        for i in 0..factors.len() {
            let (width, height) = picture.frame.padded_blocks(i);
            picture.dc.push(Grid::new(width as usize, height as usize, 0));
        }
        picture.change(seed, |_| true);
        picture
    }

    fn plan(&self, regions: &[Region], panorama: bool) -> Plan {
        Plan::new(&self.frame, &self.tables, &self.dc, regions, 1, panorama)
    }

    /// Puts noise into some coded units.
    fn change(&mut self, seed: u32, which: impl Fn(usize) -> bool) {
        let mut state = u64::from(seed) | 1 << 40;
        for (component, cell, unit) in self.cells() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if which(unit) {
                let step = i16::try_from(self.tables[component][0]).unwrap();
                self.dc[component].cells[cell] = ((state >> 33) % 2048) as i16 / step - 1023 / step;
            }
        }
    }

    /// Each block: component, number of the cell, number of the coded unit.
    fn cells(&self) -> Vec<(usize, usize, usize)> {
        let (columns, _) = self.frame.mcus();
        let mut cells = Vec::new();
        for (i, component) in self.frame.components.iter().enumerate() {
            let width = self.dc[i].width;
            for cell in 0..self.dc[i].cells.len() {
                let (x, y) =
                    (cell % width / usize::from(component.horizontal), cell / width / usize::from(component.vertical));
                cells.push((i, cell, y * columns as usize + x));
            }
        }
        cells
    }

    /// What the picture is after redaction, as far as its DCs are concerned.
    fn redact(&mut self, plan: &Plan) {
        for (component, cell, unit) in self.cells() {
            if plan.touched.cells[unit] {
                let width = self.dc[component].width;
                self.dc[component].cells[cell] = plan.block(component, cell % width, cell / width)[0];
            }
        }
    }

    /// Lowest and highest luma DC in some coded units.
    fn range(&self, mask: &Grid<bool>) -> (i16, i16) {
        let cells = self.cells().into_iter().filter(|&(i, _, unit)| i == 0 && mask.cells[unit]);
        cells.map(|(_, cell, _)| self.dc[0].cells[cell]).fold((i16::MAX, i16::MIN), |(a, b), v| (a.min(v), b.max(v)))
    }
}

const COLOUR: [(u8, u8); 3] = [(2, 2), (1, 1), (1, 1)];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn plates_depend_on_nothing_inside(seed: u32, other: u32, x in 0f32..300.0, y in 0f32..220.0, w in 4f32..120.0, panorama: bool) {
        let mut picture = Picture::new(seed, &COLOUR);
        let region = [Region::plate(x, y, x + w, y + w / 4.0)];
        let plan = picture.plan(&region, panorama);
        picture.change(other, |unit| plan.touched.cells[unit]);
        prop_assert_eq!(plan, picture.plan(&region, panorama));
    }

    #[test]
    fn faces_depend_on_means_of_cells_only(seed: u32, shift in 1usize..9, x in 16u8..200, y in 16u8..180) {
        // Of this size they have a single cell, within which blocks may trade places.
        let mut picture = Picture::new(seed, &COLOUR);
        let (x, y) = (f32::from(x / 16 * 16) + 18.0, f32::from(y / 16 * 16) + 18.0);
        let region = [Region::face(x, y, x + 12.0, y + 12.0)];
        let plan = picture.plan(&region, false);
        for component in 0..3 {
            let inside: Vec<usize> = picture.cells().into_iter()
                .filter(|&(i, _, unit)| i == component && plan.touched.cells[unit]).map(|(_, cell, _)| cell).collect();
            let levels: Vec<i16> = inside.iter().map(|&cell| picture.dc[component].cells[cell]).collect();
            for (i, &cell) in inside.iter().enumerate() {
                picture.dc[component].cells[cell] = levels[(i + shift) % levels.len()];
            }
        }
        prop_assert_eq!(plan, picture.plan(&region, false));
    }

    #[test]
    fn faces_hold_at_most_nine_colours(seed: u32, x in 0f32..200.0, y in 0f32..150.0, w in 1f32..200.0, h in 1f32..200.0) {
        // The plan is linear in the DCs before rounding: count how many independent changes it takes up.
        let mut picture = Picture::new(seed, &[(1, 1)]);
        let region = [Region::face(x, y, x + w, y + h)];
        let plan = picture.plan(&region, false);
        let inside: Vec<usize> = (0..picture.dc[0].cells.len()).filter(|&i| plan.touched.cells[i]).collect();
        let mut kinds: Vec<Plan> = Vec::new();
        picture.dc[0].cells.fill(0);
        for &cell in inside.iter().step_by(1 + inside.len() / 60) {
            picture.dc[0].cells[cell] = 1000;
            let plan = picture.plan(&region, false);
            picture.dc[0].cells[cell] = 0;
            if !kinds.contains(&plan) {
                kinds.push(plan);
            }
        }
        // Cells that are too small are not used, and may add that there is no change at all.
        prop_assert!(kinds.len() <= 10, "{}", kinds.len());
    }

    #[test]
    fn edges_meet_what_is_around(seed: u32, other: u32, x in 40f32..150.0, y in 40f32..100.0, w in 8f32..120.0) {
        let mut picture = Picture::new(seed, &COLOUR);
        let region = [Region::face(x, y, x + w, y + w)];
        let plan = picture.plan(&region, false);
        picture.change(other, |unit| plan.touched.cells[unit]);
        let again = picture.plan(&region, false);
        for component in 0..3 {
            let unit = if component == 0 { 2 } else { 1 };
            let grid = &picture.dc[component];
            let is_touched = |x: usize, y: usize| plan.touched.row(y / unit)[x / unit];
            for (bx, by) in (1..grid.height).flat_map(|y| (1..grid.width).map(move |x| (x, y))) {
                // The corner above and left of the block.
                let around = [(bx - 1, by - 1), (bx, by - 1), (bx - 1, by), (bx, by)];
                let free: Vec<_> = around.into_iter().filter(|&(x, y)| !is_touched(x, y)).collect();
                if free.is_empty() || free.len() == 4 {
                    continue;
                }
                let step = f32::from(picture.tables[component][0]);
                let level = |&(x, y): &(usize, usize)| (f32::from(grid.row(y)[x]) * step / 8.0).clamp(-128.0, 127.0);
                let mean = free.iter().map(level).sum::<f32>() / free.len() as f32;
                for plan in [&plan, &again] {
                    let corner = plan.lattices[component].corners([bx, by])[0];
                    prop_assert!((corner - mean).abs() < 0.01, "{corner} {mean}");
                }
            }
        }
    }

    #[test]
    fn redacting_again_brings_nothing_back(
        seed: u32, x in 100f32..180.0, y in 80f32..140.0, w in 2f32..40.0, plate: bool, panorama: bool,
    ) {
        // All of a small region inside a large one, at once and one after the other.
        let mut picture = Picture::new(seed, &COLOUR);
        let large = Region::face(40.0, 30.0, 270.0, 200.0);
        let small = if plate { Region::plate(x, y, x + w, y + w) } else { Region::face(x, y, x + w, y + w) };
        let inner = touched(&picture.frame, std::slice::from_ref(&small), 1, panorama);
        let alone = picture.plan(std::slice::from_ref(&large), panorama);
        let both = picture.plan(&[small.clone(), large], panorama);
        if !plate {
            prop_assert_eq!(&alone, &both);
        }
        picture.redact(&alone);
        // What lies around it is left for everyone to see, too.
        let around = Region::plate(x - 32.0, y - 32.0, x + w + 32.0, y + w + 32.0);
        let before = picture.range(&touched(&picture.frame, &[around], 1, panorama));
        for plan in [both, picture.plan(&[small], panorama)] {
            let copy = picture.dc.clone();
            picture.redact(&plan);
            let after = picture.range(&inner);
            picture.dc = copy;
            // Rounding, and the surface as it is before it is softened.
            let slack = 2 + (before.1 - before.0) / 8;
            prop_assert!(after.0 >= before.0 - slack && after.1 <= before.1 + slack, "{before:?} {after:?}");
        }
    }

    #[test]
    fn seams_are_nothing_special(seed: u32, y in 0f32..200.0, w in 4f32..100.0, shift in 1usize..19) {
        // A panorama that is rolled around by some coded units.
        let width = SIZE[0] as usize;
        let picture = Picture::new(seed, &COLOUR);
        let mut rolled = Picture::new(seed, &COLOUR);
        for component in 0..3 {
            let grid = &picture.dc[component];
            let by = shift * if component == 0 { 2 } else { 1 };
            for cell in 0..grid.cells.len() {
                let (x, y) = (cell % grid.width, cell / grid.width);
                rolled.dc[component].cells[y * grid.width + (x + by) % grid.width] = grid.cells[cell];
            }
        }
        let x = width as f32 / 2.0 - w / 2.0;
        let at = |dx: f32| [Region::face(x + dx, y, x + w + dx, y + w), Region::plate(x + dx + w / 2.0, y + w, x + dx + w * 1.5, y + w * 1.2)];
        let (plan, other) = (picture.plan(&at(0.0), true), rolled.plan(&at((shift * 16) as f32), true));
        prop_assert_eq!(plan.touched_count(), other.touched_count());
        for (component, cell, unit) in picture.cells() {
            if plan.touched.cells[unit] {
                let grid = &picture.dc[component];
                let by = shift * if component == 0 { 2 } else { 1 };
                let (x, y) = (cell % grid.width, cell / grid.width);
                let (a, b) = (plan.block(component, x, y), other.block(component, (x + by) % grid.width, y));
                let off = a.iter().zip(&b).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
                prop_assert!(off <= 1, "{component} {x},{y}: {a:?} {b:?}");
            }
        }
    }

    #[test]
    fn any_picture_is_planned(
        width in 1u32..200, height in 1u32..200, factors in prop::collection::vec((1u8..=4, 1u8..=4), 1..=4),
        level: i16, step: u16, orientation in 0u8..10, panorama: bool, [x, y, w, h] in [-50f32..250.0, -50f32..250.0, 0f32..200.0, 0f32..200.0],
    ) {
        let frame = frame(width, height, &factors);
        // Without a grid and a table for each component, too.
        let dc = vec![Grid::new(30, 20, level); 2];
        let regions = [Region::face(x, y, x + w, y + h), Region::plate(y, x, y + h, x + w)];
        let plan = Plan::new(&frame, &[[step; 64]; 3], &dc, &regions, orientation, panorama);
        for component in 0..5 {
            for (bx, by) in [(0, 0), (3, 5), (999, 999)] {
                prop_assert!(plan.block(component, bx, by).iter().all(|c| (-1023..=1023).contains(c)));
            }
        }
    }
}
