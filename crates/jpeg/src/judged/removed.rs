//! Nothing of previews, trailers and camera notes is in what is served.

use std::collections::HashSet;

use flaneur_test_jpeg::{Judge, pictures, shared};

use super::{FOLDERS, master, name, open, regions};
use crate::encode::Metadata;
use crate::marker::{APP2, DHT, DQT, DRI, EOI, SOF0, SOF1, SOS};
use crate::segments::list_segments;

/// Bytes of a run that can't be there by chance.
const RUN: usize = 32;

/// Runs with so few different bytes are padding or flat grey, which any two files may share.
fn is_plain(run: &[u8]) -> bool {
    run.iter().collect::<HashSet<_>>().len() < 8
}

/// What of an upload must not be in what is served: application segments but colour profiles, comments, and all behind the
/// end of the picture.
fn removed(upload: &[u8], end: usize) -> Vec<&[u8]> {
    let mut parts: Vec<&[u8]> = vec![&upload[end..]];
    for segment in list_segments(upload).expect("an upload that was read has segments") {
        if matches!(segment.marker, 0xE0..=0xEF | 0xFE) && segment.marker != APP2 {
            let payload = segment.offset as usize + 4..segment.offset as usize + 4 + segment.payload_len;
            parts.extend(upload.get(payload));
        }
    }
    parts
}

/// Behind the end marker of the picture: the first one behind its scans, in which no other marker follows a byte FF.
fn end_of_picture(upload: &[u8]) -> usize {
    let mut at = 2;
    while let Some([0xFF, marker, high, low]) = upload.get(at..at + 4).and_then(|bytes| bytes.first_chunk::<4>()) {
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
        if *marker != SOS {
            continue;
        }
        while upload.get(at..at + 2).is_some_and(|pair| pair[0] != 0xFF || matches!(pair[1], 0x00 | 0xD0..=0xD7)) {
            at += 1;
        }
        if upload.get(at + 1) == Some(&EOI) {
            return at + 2;
        }
    }
    upload.len()
}

/// A file without the tables, which are often the standard's and then also in previews.
fn without_tables(file: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut from = 0;
    for segment in list_segments(file).expect("what was written has segments") {
        if matches!(segment.marker, DQT | DHT | DRI | SOF0 | SOF1 | SOS) {
            parts.push(&file[from..segment.offset as usize]);
            from = segment.offset as usize + 4 + segment.payload_len;
        }
    }
    parts.push(&file[from..]);
    parts
}

/// How many runs of the parts that were removed are in `file`.
fn shared_runs(removed: &[&[u8]], file: &[u8]) -> usize {
    let runs: HashSet<&[u8]> = removed.iter().flat_map(|part| part.windows(RUN)).filter(|run| !is_plain(run)).collect();
    without_tables(file).iter().flat_map(|part| part.windows(RUN)).filter(|run| runs.contains(run)).count()
}

#[test]
fn is_in_real_pictures() {
    let (mut files, mut bytes_removed) = (0, 0);
    for path in FOLDERS.iter().flat_map(|folder| shared::files(folder)) {
        let upload = std::fs::read(&path).expect("a file that is listed can be read");
        let Ok(source) = open(&upload) else { continue };
        let end = end_of_picture(&upload);
        let parts = removed(&upload, end);
        let regions = regions(1, source.size());
        let redacted = source.redact(&regions).unwrap_or_else(|error| panic!("{}: {error}", name(&path)));
        let copies = redacted.copies(&Metadata::default()).unwrap_or_else(|error| panic!("{}: {error}", name(&path)));
        for file in [master(&redacted).0, copies.sd, copies.thumb] {
            assert_eq!(shared_runs(&parts, &file), 0, "{}", name(&path));
        }
        files += 1;
        bytes_removed += parts.iter().map(|part| part.len()).sum::<usize>();
    }
    println!("{files} files, {bytes_removed} bytes removed");
}

#[test]
fn would_be_seen() {
    let Some(judge) = Judge::find() else { return };
    let picture = pictures::street(64, 64, 1);
    let preview = &picture.pixels[..1000];
    let file = judge.cjpeg(&["-quality", "90"], &picture).expect("a picture is encoded");
    assert_eq!(shared_runs(&[preview], &file), 0);
    let with_preview = [&file[..2], &[0xFF, 0xE1, 0x03, 0xEA], preview, &file[2..]].concat();
    assert!(shared_runs(&[preview], &with_preview) > 900);
}
