//! WebP: RIFF chunks, and pixels.

use std::io::Cursor;

use flaneur_jpeg::{Limits, Planes};

use crate::{
    ConvertError, Format, Header, MAX_BLOCK, MAX_BLOCKS, Needs,
    bytes::Bytes,
    check_size,
    error::{undecodable, unencodable},
    rows::Rows,
};

/// Most chunks of a file; a still picture has some ten.
const MAX_CHUNKS: usize = 1_000;
/// Bytes for a pixel that the decoder holds: RGBA, and the frame it is made of, or, without loss, what it is predicted from.
const DECODER: u64 = 10;

const FORMAT: Format = Format::WebP;

/// Size, metadata and end of the file (RFC 9649, 2.3 to 2.7).
pub(crate) fn inspect(file: &[u8], limits: &Limits) -> Result<Header, ConvertError> {
    let size = file.get(4..8).and_then(<[u8]>::first_chunk).map_or(0, |size| u32::from_le_bytes(*size)) as usize;
    // The size leaves out `RIFF` and itself. What follows behind it is ignored.
    let Some(body) = file.get(12..8 + size) else { return Err(ConvertError::Truncated(FORMAT)) };
    let mut rest = Bytes(body);
    // A canvas is stated by the extended header, a picture by its own.
    let (mut canvas, mut picture) = (None, None);
    let (mut exif, mut xmp) = (Vec::new(), Vec::new());
    for _ in 0..MAX_CHUNKS {
        let (Some(kind), Some(length)) = (rest.kind(), rest.u32()) else { break };
        let length = length.swap_bytes() as usize;
        let data = rest.take(length).ok_or(ConvertError::Truncated(FORMAT))?;
        rest.take(length % 2);
        let block = |blocks: &mut Vec<Vec<u8>>| {
            if blocks.len() < MAX_BLOCKS && data.len() <= MAX_BLOCK {
                blocks.push(data.to_vec());
            }
        };
        match &kind {
            b"VP8X" if canvas.is_none() => canvas = Some(extended(data)?),
            b"VP8 " if picture.is_none() => picture = Some(lossy(data)?),
            b"VP8L" if picture.is_none() => picture = Some(lossless(data)?),
            b"ANIM" | b"ANMF" => return Err(ConvertError::Unsupported(FORMAT, "a film")),
            b"EXIF" => block(&mut exif),
            b"XMP " => block(&mut xmp),
            _ => {}
        }
    }
    let Some((width, height)) = picture else {
        return Err(ConvertError::Damaged(FORMAT, "it holds no picture"));
    };
    check_size(FORMAT, (width, height), limits)?;
    if canvas.is_some_and(|canvas| canvas != (width, height)) {
        return Err(ConvertError::Damaged(FORMAT, "it states two sizes"));
    }
    let pixels = u64::from(width) * u64::from(height);
    let needs = Needs::new(pixels, file.len(), DECODER * pixels);
    Ok(Header { format: FORMAT, width, height, upright: false, exif, xmp, needs, extras: Vec::new() })
}

fn short() -> ConvertError {
    ConvertError::Damaged(FORMAT, "a header is short")
}

/// Flags, three reserved bytes, and width and height less one in 24 bits (2.7.1).
fn extended(data: &[u8]) -> Result<(u32, u32), ConvertError> {
    let &[flags, _, _, _, w0, w1, w2, h0, h1, h2, ..] = data else { return Err(short()) };
    if flags & 2 != 0 {
        return Err(ConvertError::Unsupported(FORMAT, "a film"));
    }
    Ok((u32::from_le_bytes([w0, w1, w2, 0]) + 1, u32::from_le_bytes([h0, h1, h2, 0]) + 1))
}

/// A frame tag of three bytes, a start code, and width and height in 14 bits (RFC 6386, 9.1).
fn lossy(data: &[u8]) -> Result<(u32, u32), ConvertError> {
    let &[_, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1, ..] = data else { return Err(short()) };
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
    Ok((side(w0, w1), side(h0, h1)))
}

/// A signature, and width and height less one in 14 bits (RFC 9649, 3.4).
fn lossless(data: &[u8]) -> Result<(u32, u32), ConvertError> {
    let &[0x2F, b0, b1, b2, b3, ..] = data else { return Err(short()) };
    let bits = u32::from_le_bytes([b0, b1, b2, b3]);
    Ok(((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1))
}

/// The picture, and its colour profile.
pub(crate) fn decode(file: &[u8], header: &Header) -> Result<(Planes, Option<Vec<u8>>), ConvertError> {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(file)).map_err(undecodable(FORMAT))?;
    decoder.set_memory_limit(MAX_BLOCK);
    let found = decoder.dimensions();
    if found != (header.width, header.height) {
        let stated = (header.width, header.height);
        return Err(ConvertError::SizesDiffer { format: FORMAT, stated, found });
    }
    // A profile that can't be read is none.
    let profile = decoder.icc_profile().unwrap_or_default();
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let line = header.width as usize * channels;
    let mut pixels = vec![0; line * header.height as usize];
    decoder.read_image(&mut pixels).map_err(undecodable(FORMAT))?;
    let mut rows = Rows::new(header.width, header.height, channels);
    for row in pixels.chunks_exact(line) {
        rows.push(row).map_err(unencodable(FORMAT))?;
    }
    Ok((rows.finish().map_err(unencodable(FORMAT))?, profile))
}
