//! Files that lie about what they are, cut off, endless or made to burst: each has one thing wrong, and a place and a time,
//! so that nothing else is the reason to refuse it.

use std::path::Path;

use anyhow::{Context as _, Result};
use flaneur_e2e::{Exif, Photo, Placement, insert, placed};

use super::forge::{self, Chunk, Png};
use crate::files::File;

/// All of them; those made from photos in the formats of phones only if there is a folder of these.
pub(crate) fn all(photos: Option<&Path>) -> Result<Vec<File>> {
    let mut files = Vec::new();
    let mut add = |name: &str, content: Vec<u8>| files.push(File::new(&format!("made_{name}"), content));
    let good = Photo::textured(1600, 1200, 1).at(Placement::walk(20_000));
    let with = |edit: &dyn Fn(&mut Vec<u8>)| {
        let mut file = good.clone();
        edit(&mut file);
        file
    };

    for cut in [0, 2, 20, 600, good.len() / 2, good.len() - 2] {
        add(&format!("cut_at_{cut}.jpg"), good[..cut].to_vec());
    }
    add("zeros.jpg", vec![0; 1 << 20]);
    add("fill_bytes.jpg", [&[0xff, 0xd8][..], &vec![0xff; 8 << 20]].concat());
    add("random.jpg", noise(3 << 20));
    add("random_scan.jpg", with(&|file| file[good.len() / 3..].copy_from_slice(&noise(good.len() - good.len() / 3))));
    add("sof_65500x65500.jpg", with(&|file| resize(file, 65_500, 65_500)));
    add("sof_14000x14000.jpg", with(&|file| resize(file, 14_000, 14_000)));
    add("sof_without_height.jpg", with(&|file| resize(file, 1600, 0)));
    add("many_segments.jpg", with(&|file| put(file, &vec![[0xff, 0xfe, 0, 2]; 200_000].concat())));
    add("long_header.jpg", with(&|file| (0..150).for_each(|_| insert(file, 0xfe, &vec![0; 65_000]))));
    add("zip_behind.jpg", with(&|file| file.extend([b"PK\x03\x04\x14\0\0\0", &noise(2 << 20)[..]].concat())));
    add("second_picture_behind.jpg", with(&|file| file.extend(good.clone())));

    add(
        "exif_counts.jpg",
        placed_with(&exif(&[(0x010f, 2, u32::MAX, 8), (0x8825, 4, 1, 8), (0x8769, 4, u32::MAX, 8)])),
    );
    add("exif_loop.jpg", placed_with(&exif(&[(0x8769, 4, 1, 8), (0x8825, 4, 1, 8)])));
    add("exif_65535_entries.jpg", placed_with(b"Exif\0\0II*\0\x08\0\0\0\xff\xff"));
    add("xmp_deep.jpg", with(&|file| xmp(file, &"<a>".repeat(20_000))));
    add("xmp_entities.jpg", with(&|file| xmp(file, &laughs())));
    add("xmp_many.jpg", with(&|file| (0..60).for_each(|_| xmp(file, &"<a b=\"c\"/>".repeat(6000)))));

    // Both are what they say they are, and blank: millions of pixels for each byte.
    add("blank_196MP.jpg", placed(forge::blank_jpeg(14_000, 14_000), Placement::walk(20_001)));
    add("64_scans_188MP.jpg", placed(forge::progressive_jpeg(64), Placement::walk(20_002)));
    add("883_scans_188MP.jpg", placed(forge::progressive_jpeg(883), Placement::walk(20_003)));

    let tag = &Exif::new(Some(Placement::walk(20_004))).build()[6..];
    let png = |width, height, says: (u32, u32), chunks: &[Chunk]| forge::png(&Png { width, height, says, tag, chunks });
    add("bomb_400MP.png", png(20_000, 20_000, (20_000, 20_000), &[])?);
    add("blank_196MP.png", png(14_000, 14_000, (14_000, 14_000), &[])?);
    add("lies_65500x3000.png", png(640, 480, (65_500, 3000), &[])?);
    add("short_data.png", png(640, 100, (640, 480), &[])?);
    add(
        "xmp_bomb.png",
        png(640, 480, (640, 480), &[Chunk { name: *b"iTXt", content: forge::compressed_xmp(256 << 20)? }])?,
    );
    add(
        "profile_bomb.png",
        png(640, 480, (640, 480), &[Chunk { name: *b"iCCP", content: forge::compressed_profile(256 << 20)? }])?,
    );

    for (name, says, lie) in [
        ("photo.heic", big_endian(448, 300), big_endian(60_000, 60_000)),
        ("photo.heic", big_endian(448, 300), big_endian(14_000, 14_000)),
        ("tiles.heic", big_endian(448, 300), big_endian(4480, 3000)),
        ("photo.png", big_endian(448, 300), big_endian(60_000, 3000)),
        ("photo.webp", little_endian(448, 300), little_endian(16_383, 12_000)),
    ] {
        let Some(folder) = photos else { continue };
        let photo = std::fs::read(folder.join(name)).with_context(|| format!("{name}: run `make bench-intake`"))?;
        let lying = replace(&photo, &says, &lie);
        let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
        let size = u32::from_be_bytes([0, 0, lie[lie.len() - 2], lie[lie.len() - 1]]);
        add(&format!("{stem}_lies_{size}.{ending}"), lying);
        add(&format!("{stem}_cut.{ending}"), photo[..photo.len() * 2 / 3].to_vec());
        let mut noisy = photo.clone();
        let half = photo.len() / 2;
        noisy[half..].copy_from_slice(&noise(photo.len() - half));
        add(&format!("{stem}_noise.{ending}"), noisy);
    }
    add("endless_riff.webp", [b"RIFF\xff\xff\xff\xffWEBPVP8X\xff\xff\xff\xff", &noise(4096)[..]].concat());
    add("endless_box.heic", [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\x7f\xff\xff\xffmeta", &noise(4096)[..]].concat());
    // The same photo is made into files under the same name once only.
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.name.clone()));
    Ok(files)
}

/// Bytes that look like chance and are the same each time (the low bits of a linear congruential generator are not used).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// The file with other numbers in its frame header.
fn resize(jpeg: &mut [u8], width: u16, height: u16) {
    if let Some(at) = jpeg.windows(2).rposition(|pair| pair == [0xff, 0xc0]) {
        jpeg[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
        jpeg[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    }
}

/// Puts bytes right after the start of the image.
fn put(jpeg: &mut Vec<u8>, bytes: &[u8]) {
    jpeg.splice(2..2, bytes.iter().copied());
}

/// A small picture with this APP1 segment before its own.
fn placed_with(segment: &[u8]) -> Vec<u8> {
    let mut jpeg = Photo::textured(320, 240, 2).at(Placement::walk(20_005));
    insert(&mut jpeg, 0xe1, segment);
    jpeg
}

/// An EXIF block of one directory, at 8, of these entries: tag, type, count, value.
fn exif(entries: &[(u16, u16, u32, u32)]) -> Vec<u8> {
    let mut block = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    block.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        block.extend(tag.to_le_bytes());
        block.extend(kind.to_le_bytes());
        block.extend(count.to_le_bytes());
        block.extend(value.to_le_bytes());
    }
    // The next directory is this one.
    block.extend(8u32.to_le_bytes());
    block
}

fn xmp(jpeg: &mut Vec<u8>, packet: &str) {
    insert(jpeg, 0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes()].concat());
}

/// Ten entities, each of which is ten of the one before.
fn laughs() -> String {
    let entity = |depth: u32| format!("<!ENTITY e{depth} \"{}\">", format!("&e{};", depth - 1).repeat(10));
    let entities: String = (1..10).map(entity).collect();
    format!("<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e0 \"ha\">{entities}")
        + "]><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">&e9;</x:xmpmeta>"
}

fn big_endian(width: u32, height: u32) -> Vec<u8> {
    [width.to_be_bytes(), height.to_be_bytes()].concat()
}

fn little_endian(width: u16, height: u16) -> Vec<u8> {
    [width.to_le_bytes(), height.to_le_bytes()].concat()
}

/// The file with all places that hold `these` bytes holding `those`.
fn replace(file: &[u8], these: &[u8], those: &[u8]) -> Vec<u8> {
    let mut lying = file.to_vec();
    for at in 0..file.len().saturating_sub(these.len()) {
        if &file[at..at + these.len()] == these {
            lying[at..at + those.len()].copy_from_slice(those);
        }
    }
    lying
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_something_else() {
        let files = all(None).unwrap();
        let mut contents: Vec<&[u8]> = files.iter().map(|file| &file.pieces[1][..]).collect();
        contents.sort_unstable();
        contents.dedup();
        assert_eq!(contents.len(), files.len());
        assert!(files.len() > 30 && files.iter().all(|file| file.len() < 20 << 20), "small files that cost much");
    }

    #[test]
    fn what_is_replaced_is_replaced_everywhere() {
        assert_eq!(replace(b"abcabcab", b"bc", b"xy"), b"axyaxyab");
    }
}
