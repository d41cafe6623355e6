//! What is looked at of a file while it comes, whatever format it is.

use flaneur_convert::{Header, inspect, sniff};
use flaneur_jpeg::{Intake, JpegError, Limits};

use crate::{
    case::{Case, Choices},
    geotag::hold,
};

/// Takes a file in as the server does, and checks that it does not matter in which pieces it came. True if it would be kept.
///
/// # Panics
/// If something does not hold: that is a finding.
pub fn check(data: &[u8]) -> bool {
    let case = Case::new(data);
    let limits = Limits { max_pixels: 1 << 24, ..Limits::default() };
    if sniff(case.file).is_some() {
        return container(case.file, &limits);
    }
    let whole = jpeg(&limits, std::iter::once(case.file));
    let mut choices = Choices(case.choices);
    let pieces = jpeg(&limits, pieces(case.file, &mut choices));
    match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => {
            let facts = |header: &flaneur_jpeg::Header| (header.width, header.height, header.components);
            assert_eq!(facts(&whole), facts(&pieces));
            assert!(whole.bytes == pieces.bytes && case.file.starts_with(&whole.bytes));
            if let Ok(tag) = flaneur_geotag::read(&whole.bytes) {
                hold(&tag);
            }
            true
        }
        (Err(whole), Err(pieces)) => {
            assert_eq!(whole.to_string(), pieces.to_string(), "the reason depends on the pieces");
            false
        }
        (whole, pieces) => panic!("it depends on the pieces: {:?}, {:?}", whole.err(), pieces.err()),
    }
}

fn jpeg<'a>(limits: &Limits, pieces: impl Iterator<Item = &'a [u8]>) -> Result<flaneur_jpeg::Header, JpegError> {
    let mut intake = Intake::new(*limits);
    for piece in pieces {
        intake.feed(piece)?;
    }
    intake.finish()
}

/// The file in pieces of chosen lengths; what nothing was chosen for comes as one.
fn pieces<'a>(mut file: &'a [u8], choices: &mut Choices<'_>) -> impl Iterator<Item = &'a [u8]> {
    std::iter::from_fn(move || {
        if file.is_empty() {
            return None;
        }
        let length = match choices.byte() {
            0 => file.len(),
            length => usize::from(length).min(file.len()),
        };
        let (piece, rest) = file.split_at(length);
        file = rest;
        Some(piece)
    })
}

/// HEIC, PNG or WebP: nothing is decoded here, as in the server.
fn container(file: &[u8], limits: &Limits) -> bool {
    match inspect(file, limits) {
        Ok(header) => {
            let Header { width, height, .. } = header;
            assert!(width > 0 && height > 0 && u64::from(width) * u64::from(height) <= limits.max_pixels);
            assert!(header.exif.iter().chain(&header.xmp).all(|block| block.len() <= file.len() * 64 + (1 << 20)));
            hold(&header.geotag());
            true
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            false
        }
    }
}
