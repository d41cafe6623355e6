//! The comparison as a table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::Photo;
use crate::fields::{NOTHING, Row};
use crate::reasons::{READERS, Reasons, Right, differences};

/// Indices into [`Camera::wrong`].
pub const OURS: usize = 0;
pub const REFERENCE: usize = 2;

/// A camera's photos, and in how many values each reader is wrong: ours, exiftool, the reference reader.
#[derive(Default)]
pub struct Camera {
    pub photos: usize,
    pub wrong: [usize; 3],
}

/// By maker and model.
pub fn cameras(photos: &[Photo], reasons: &Reasons) -> BTreeMap<String, Camera> {
    let mut cameras: BTreeMap<String, Camera> = BTreeMap::new();
    for photo in photos {
        cameras.entry(camera(photo)).or_default().photos += 1;
    }
    for (photo, row, reader) in differences(photos) {
        let camera = cameras.entry(camera(photo)).or_default();
        match reasons.of(photo, row, reader).map(|reason| reason.right) {
            Some(Right::Ours) => camera.wrong[reader + 1] += 1,
            Some(Right::Theirs) => camera.wrong[OURS] += 1,
            _ => {}
        }
    }
    cameras
}

fn camera(photo: &Photo) -> String {
    let names: Vec<&str> = [&photo.tag.make, &photo.tag.model].into_iter().filter_map(|name| name.as_deref()).collect();
    if names.is_empty() { "none named".to_owned() } else { names.join(" ") }
}

/// The whole document.
pub fn write(photos: &[Photo], reasons: &Reasons) -> String {
    let compared = photos.iter().flat_map(|photo| &photo.rows).flat_map(|row| row.others.iter().flatten()).count();
    let cameras = cameras(photos, reasons);
    let right = |reader: usize| cameras.values().filter(|camera| camera.wrong[reader] == 0).count();
    let mut out = String::from("# Reading the geotags of real photos\n\n");
    let _ = write!(
        out,
        "Written by `make bench-geotag`: {} photos of {} cameras (of which one stands for all that name none), read by \
         `crates/geotag`, by exiftool, and by Panoramax's own reader (the reference). {compared} values \
         compared, {} differ, each for the reason below.\n\n\
         | | Flaneur | exiftool | reference |\n|---|---|---|---|\n\
         | cameras with every value right | {} | {} | {} |\n| values wrong | {} | {} | {} |\n\n\
         Who is right was judged by hand, in `crates/geotag/tests/golden/differences.tsv`; where nobody can know, or a \
         reader does not claim to tell, nobody is wrong. exiftool prints tags and does not weigh them: it counts as wrong \
         where what it prints is no position, time or direction of the photo.\n",
        photos.len(),
        cameras.len(),
        differences(photos).count(),
        right(0),
        right(1),
        right(2),
        cameras.values().map(|camera| camera.wrong[0]).sum::<usize>(),
        cameras.values().map(|camera| camera.wrong[1]).sum::<usize>(),
        cameras.values().map(|camera| camera.wrong[2]).sum::<usize>(),
    );
    out.push_str("\n## Cameras\n\nValues wrong.\n\n| camera | photos | Flaneur | exiftool | reference |\n|---|---|---|---|---|\n");
    for (name, Camera { photos, wrong: [ours, exiftool, reference] }) in &cameras {
        let _ = writeln!(out, "| {} | {photos} | {ours} | {exiftool} | {reference} |", cell(name));
    }
    write_differences(&mut out, photos, reasons);
    write_photos(&mut out, photos);
    out
}

/// Differences with the same values and reason in one line.
fn write_differences(out: &mut String, photos: &[Photo], reasons: &Reasons) {
    out.push_str("\n## Differences\n\n`=` is the same, a blank is not compared.\n\n");
    out.push_str("| photo | value | Flaneur | exiftool | reference | right | why |\n|---|---|---|---|---|---|---|\n");
    let mut told = BTreeSet::new();
    for (photo, row, reader) in differences(photos) {
        if !told.insert((&photo.name, row.field)) {
            continue;
        }
        let all: Vec<_> = (reader..READERS.len())
            .filter(|&reader| row.others[reader].as_ref().is_some_and(|other| !other.same))
            .filter_map(|reader| Some((reader, reasons.of(photo, row, reader)?)))
            .collect();
        let words = |tell: &dyn Fn(&(usize, &crate::reasons::Reason)) -> String| {
            let mut words: Vec<String> = all.iter().map(tell).collect();
            words.dedup();
            words.join("; ")
        };
        let right = words(&|(reader, reason)| match reason.right {
            Right::Ours => "Flaneur".to_owned(),
            Right::Theirs => READERS[*reader].to_owned(),
            Right::Either => "either".to_owned(),
        });
        let why = words(&|(_, reason)| reason.why.clone());
        let [exiftool, reference] = [0, 1].map(|reader| beside(row, reader));
        let _ = writeln!(
            out,
            "| {} | {} | {} | {exiftool} | {reference} | {right} | {} |",
            cell(&photo.name),
            row.field,
            cell(&row.ours),
            cell(&why)
        );
    }
}

fn beside(row: &Row, reader: usize) -> String {
    match &row.others[reader] {
        None => String::new(),
        Some(other) if other.same => "=".to_owned(),
        Some(other) => cell(&other.value),
    }
}

/// Our values of every photo; ≠ marks what another reader reads otherwise.
fn write_photos(out: &mut String, photos: &[Photo]) {
    out.push_str("\n## Every photo\n\nWhat Flaneur reads; ≠ where another reader differs, see above.\n\n| photo |");
    let fields: Vec<&str> =
        photos.first().map(|photo| photo.rows.iter().map(|row| row.field).collect()).unwrap_or_default();
    for field in &fields {
        let _ = write!(out, " {field} |");
    }
    let _ = writeln!(out, " doubts |\n|{}", "---|".repeat(fields.len() + 2));
    for photo in photos {
        let _ = write!(out, "| {} |", cell(&photo.name));
        for row in &photo.rows {
            let differs = row.others.iter().flatten().any(|other| !other.same);
            let ours = if row.ours == NOTHING { String::new() } else { cell(&row.ours) };
            let _ = write!(out, " {ours}{} |", if differs { " ≠" } else { "" });
        }
        let doubts: Vec<String> = photo.tag.doubts.iter().map(ToString::to_string).collect();
        let _ = writeln!(out, " {} |", cell(&doubts.join(" ")));
    }
}

/// Text that does not break out of its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}
