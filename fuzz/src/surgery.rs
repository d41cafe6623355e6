//! The whole way of a picture through `flaneur_jpeg`, and what has to hold on it.

use std::collections::BTreeSet;

use flaneur_jpeg::{
    Intake, MAX_INDEX, Metadata, Proven, Redacted, Region, Source, TileIndex, Window, list_segments, restore,
};

use crate::case::{Case, Choices};
use crate::task::{LIMITS, Task, open};
use crate::units::Units;

const LOOK: u8 = 1;
const COPIES: u8 = 2;
const TILES: u8 = 4;
const VIEW: u8 = 8;
const RESTORE: u8 = 16;
const AGAIN: u8 = 32;
const TAMPER: u8 = 64;
const DAMAGE: u8 = 128;

/// How far a case came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// The file was taken.
    pub opened: bool,
    /// A coded unit was replaced, and the master proven.
    pub cut: bool,
    /// Copies were made and checked.
    pub copied: bool,
    /// A tile was made.
    pub tile: bool,
    /// A perspective view was made.
    pub view: bool,
    /// Something was put back.
    pub restored: bool,
    /// It was redacted once more.
    pub again: bool,
    /// A master that was tampered with was refused.
    pub refused: bool,
}

/// Does what a case says.
///
/// # Panics
/// If something does not hold: that is a finding.
pub fn check(data: &[u8]) -> Reached {
    let case = Case::new(data);
    let mut reached = Reached::default();
    let segments = list_segments(case.file);
    let Some((source, task, mut choices)) = open(&case) else { return reached };
    reached.opened = true;
    segments.expect("a file that is taken has segments");
    check_intake(case.file, &source, &task);
    if task.steps & LOOK != 0 {
        look(&source, &mut choices);
    }
    let all = [task.undo.clone(), task.keep.clone()].concat();
    let orientation = source.orientation();
    let redacted = source.redact(&all).expect("a picture that is taken can be redacted");
    let master = redacted.master(&Metadata::default()).expect("what is planned can be cut");
    let proven = redacted.prove(&master).expect("what was cut is proven");
    let touched: BTreeSet<usize> = redacted.touched_units().into_iter().collect();
    assert_eq!(touched.len(), redacted.touched());
    reached.cut = !touched.is_empty();
    if task.steps & COPIES != 0 {
        copies(&redacted, &proven);
        reached.copied = true;
    }
    if task.steps & (TILES | VIEW) != 0 {
        let index = stored(&proven);
        if task.steps & TILES != 0 {
            tile(&index, &master, &mut choices);
            reached.tile = true;
        }
        if task.steps & VIEW != 0 {
            reached.view = view(&index, &master, &mut choices);
        }
    }
    if task.steps & RESTORE != 0 {
        if choices.byte() & 1 == 0 {
            put_back(&case, &task, &redacted, &master, orientation);
        } else {
            put_back_partly(&case, &task, &redacted, &master, orientation);
        }
        reached.restored = reached.cut;
    }
    if task.steps & AGAIN != 0 {
        again(&master, &all, orientation, &task, &touched);
        reached.again = true;
    }
    if task.steps & TAMPER != 0 {
        let changed = damaged(&master, &mut choices);
        let accepted = redacted.prove(&changed).is_ok();
        assert!(!accepted || changed == master, "a master that was changed is proven");
        reached.refused = !accepted;
    }
    if task.steps & DAMAGE != 0 {
        let removed = damaged(&redacted.removed().expect("what is cut can be told"), &mut choices);
        // It may have become another patch, even one of values that no picture has.
        let _ = restore(&master, &removed, &all, &[], orientation, task.panorama);
        let _ = TileIndex::parse(&damaged(&stored(&proven).to_bytes(), &mut choices));
    }
    reached
}

/// What is taken in the end was not refused while it came in, and was taken for what it is.
fn check_intake(file: &[u8], source: &Source, task: &Task) {
    let mut intake = Intake::new(LIMITS);
    let (first, second) = file.split_at(file.len() / 2);
    intake.feed(first).and_then(|()| intake.feed(second)).expect("a picture that is taken comes in");
    let header = intake.finish().expect("a picture that is taken is complete");
    let (width, height) = source.size();
    let turned = (5..=8).contains(&task.orientation);
    let upright = if turned { (header.height, header.width) } else { (header.width, header.height) };
    assert_eq!((width, height), upright);
}

/// Parts are those of the whole.
fn look(source: &Source, choices: &mut Choices<'_>) {
    let (width, height) = source.size();
    let whole = source.pixels().expect("a picture that is taken can be seen");
    assert_eq!(whole.rgb.len(), width as usize * height as usize * 3);
    let (x, y) = (choices.below(width as usize), choices.below(height as usize));
    let (w, h) = (1 + choices.below(width as usize - x), 1 + choices.below(height as usize - y));
    let part = source.part(x as u32, y as u32, w as u32, h as u32).expect("a part that is there can be seen");
    for (row, found) in part.rgb.chunks_exact(w * 3).enumerate() {
        let from = ((y + row) * width as usize + x) * 3;
        assert!(found == &whole.rgb[from..from + w * 3], "part {x},{y} {w}x{h}: row {row}");
    }
    let small = source.small(u32::from(choices.byte())).expect("a picture can be seen reduced");
    assert_eq!(small.rgb.len(), small.width as usize * small.height as usize * 3);
}

fn copies(redacted: &Redacted, proven: &Proven) {
    let copies = redacted.copies(&Metadata::default()).expect("copies can be made");
    redacted.check_sd(proven, &copies.sd).expect("the scaled copy shows what the master shows");
    redacted.check_thumb(proven, &copies.thumb).expect("the thumbnail shows what the master shows");
    let (sd, _) = reopened(&copies.sd, 1, false);
    assert_eq!(sd, redacted.sd_size());
}

/// The index as it is read from the storage.
fn stored(proven: &Proven) -> TileIndex {
    let bytes = proven.tile_index().to_bytes();
    assert!(bytes.len() <= MAX_INDEX);
    let index = TileIndex::parse(&bytes).expect("an index of ours can be read");
    assert!(index.to_bytes() == bytes, "an index is read as it was written");
    index
}

fn tile(index: &TileIndex, master: &[u8], choices: &mut Choices<'_>) {
    let grid = index.grid();
    let (column, row) = (choices.below(grid.columns as usize) as u32, choices.below(grid.rows as usize) as u32);
    let window = index.tile_window(column, row).expect("a tile of the grid is there");
    let tile = index.tile(column, row, &ranges(index, &window, master)).expect("a tile can be made");
    let (size, _) = reopened(&tile, 1, false);
    assert_eq!(size, (grid.tile_width, grid.tile_height));
}

/// False if the view is an impossible one.
fn view(index: &TileIndex, master: &[u8], choices: &mut Choices<'_>) -> bool {
    let view = choices.view();
    let Ok(windows) = index.view_windows(&view) else { return false };
    let data: Vec<Vec<&[u8]>> = windows.iter().map(|window| ranges(index, window, master)).collect();
    let file = index.view(&view, &data).expect("a view can be made");
    assert_eq!(reopened(&file, 1, false).0, (view.width, view.height));
    true
}

fn ranges<'a>(index: &TileIndex, window: &Window, master: &'a [u8]) -> Vec<&'a [u8]> {
    index.ranges(window).into_iter().map(|range| &master[range.start as usize..range.end as usize]).collect()
}

/// Undoing everything gives back the coefficients that were there; undoing nothing changes nothing.
fn put_back(case: &Case<'_>, task: &Task, redacted: &Redacted, master: &[u8], orientation: u8) {
    let all = [task.undo.clone(), task.keep.clone()].concat();
    let removed = redacted.removed().expect("what is cut can be told");
    let put_back = |undo: &[Region], keep: &[Region]| {
        restore(master, &removed, undo, keep, orientation, task.panorama).expect("what was removed can be put back")
    };
    assert!(put_back(&[], &task.keep) == master, "where nothing is undone, nothing changes");
    let (_, back) = reopened(&put_back(&all, &[]), orientation, false);
    // A panorama that is stored askew is coded anew.
    if !task.panorama || orientation == task.orientation {
        // Not as a panorama, of which not everything can be hidden; its coefficients are the same.
        let flat = Source::open(case.file, task.orientation, false, &LIMITS).expect("it was taken before");
        assert!(Units::of_all(back) == Units::of_all(flat), "what was removed is back");
    }
}

/// Undoing some regions gives back what they touch and no other does.
fn put_back_partly(case: &Case<'_>, task: &Task, redacted: &Redacted, master: &[u8], orientation: u8) {
    let removed = redacted.removed().expect("what is cut can be told");
    let file = restore(master, &removed, &task.undo, &task.keep, orientation, task.panorama);
    let partly = Units::of_all(reopened(&file.expect("what was removed can be put back"), 1, false).1);
    let (before, after) = (Units::of_cut(redacted), Units::of_all(reopened(master, 1, false).1));
    let touched = |regions: &[Region]| -> BTreeSet<usize> {
        let source = Source::open(case.file, task.orientation, task.panorama, &LIMITS).expect("it was taken before");
        source.redact(regions).expect("a picture that is taken can be redacted").touched_units().into_iter().collect()
    };
    let (undone, kept) = (touched(&task.undo), touched(&task.keep));
    for (unit, blocks) in &partly.units {
        let from = if undone.contains(unit) && !kept.contains(unit) { &before } else { &after };
        assert!(*blocks == from.units[unit], "unit {unit} was put back, or not, as asked");
    }
}

/// Redacting a master once more.
fn again(master: &[u8], regions: &[Region], orientation: u8, task: &Task, touched: &BTreeSet<usize>) {
    let (_, source) = reopened(master, orientation, task.panorama);
    let redacted = source.redact(regions).expect("a master can be redacted again");
    let units: BTreeSet<usize> = redacted.touched_units().into_iter().collect();
    assert!(units == *touched, "the same regions touch the same coded units");
    let file = redacted.master(&Metadata::default()).expect("what is planned can be cut");
    redacted.prove(&file).expect("what was cut is proven");
}

/// Files of ours are taken, whole, as what they are.
fn reopened(file: &[u8], orientation: u8, panorama: bool) -> ((u32, u32), Source) {
    let limits = flaneur_jpeg::Limits { max_pixels: 1 << 24, max_side: 16_384 };
    let source = Source::open(file, orientation, panorama, &limits).expect("a file of ours is taken");
    (source.size(), source)
}

fn damaged(bytes: &[u8], choices: &mut Choices<'_>) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=choices.byte() & 3 {
        let at = choices.below(bytes.len());
        let Some(byte) = bytes.get_mut(at) else { break };
        match choices.byte() {
            0 => bytes.truncate(at),
            change => *byte ^= change,
        }
    }
    bytes
}
