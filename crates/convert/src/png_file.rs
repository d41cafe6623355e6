//! PNG: chunks, and pixels row by row.

use std::io::{Cursor, Read as _};

use flaneur_jpeg::{Limits, Planes};

use crate::{
    ConvertError, Format, Header, MAX_BLOCK, MAX_BLOCKS, Needs,
    bytes::Bytes,
    check_size,
    error::{undecodable, unencodable},
    rows::Rows,
};

/// The first bytes (ISO/IEC 15948, 5.2).
pub(crate) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1A\n";
/// Most chunks of a file. Encoders write picture data in pieces of 8 KiB and more.
const MAX_CHUNKS: usize = 100_000;
/// Keyword of the text that holds XMP (ISO 16684-3).
const XMP: &[u8] = b"XML:com.adobe.xmp";

const FORMAT: Format = Format::Png;

/// Size, metadata and end of the file (ISO/IEC 15948, 5.3 and 11).
pub(crate) fn inspect(file: &[u8], limits: &Limits) -> Result<Header, ConvertError> {
    let mut rest = Bytes(file.get(SIGNATURE.len()..).unwrap_or_default());
    let mut frame = None;
    let (mut exif, mut xmp) = (Vec::new(), Vec::new());
    for _ in 0..MAX_CHUNKS {
        let (Some(length), Some(kind)) = (rest.u32(), rest.kind()) else {
            return Err(ConvertError::Truncated(FORMAT));
        };
        let (Some(data), Some(_crc)) = (rest.take(length as usize), rest.u32()) else {
            return Err(ConvertError::Truncated(FORMAT));
        };
        match &kind {
            b"IHDR" if frame.is_none() => frame = Some(Frame::read(data, limits)?),
            _ if frame.is_none() => return Err(ConvertError::Damaged(FORMAT, "its header is not its first chunk")),
            b"eXIf" if exif.len() < MAX_BLOCKS && data.len() <= MAX_BLOCK => exif.push(data.to_vec()),
            b"iTXt" if xmp.len() < MAX_BLOCKS => xmp.extend(packet(data)),
            b"IEND" => break,
            _ => {}
        }
    }
    let frame = frame.ok_or(ConvertError::Truncated(FORMAT))?;
    Ok(Header {
        format: FORMAT,
        width: frame.width,
        height: frame.height,
        upright: false,
        exif,
        xmp,
        needs: Needs::new(frame.pixels(), file.len(), frame.decoder()),
        extras: Vec::new(),
    })
}

/// What the header chunk says (11.2.2).
struct Frame {
    width: u32,
    height: u32,
    interlaced: bool,
}

impl Frame {
    fn read(data: &[u8], limits: &Limits) -> Result<Self, ConvertError> {
        let mut data = Bytes(data);
        let read = || Some((data.u32()?, data.u32()?, data.take(4)?, data.u8()?));
        let (width, height, _, interlacing) = { read }().ok_or(ConvertError::Damaged(FORMAT, "its header is short"))?;
        check_size(FORMAT, (width, height), limits)?;
        Ok(Self { width, height, interlaced: interlacing != 0 })
    }

    fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Rows of an interlaced picture come in no order, so that all of it is held, with up to 8 bytes for a pixel while it
    /// is unpacked.
    fn decoder(&self) -> u64 {
        let row = u64::from(self.width) * 8;
        if self.interlaced { 8 * self.pixels() } else { 160 * row }
    }
}

/// The XMP packet in an `iTXt` chunk (11.3.3.4), unpacked if it has to be.
fn packet(data: &[u8]) -> Option<Vec<u8>> {
    let mut data = Bytes(data);
    if data.text()? != XMP {
        return None;
    }
    let (compressed, _method) = (data.u8()?, data.u8()?);
    let (_language, _keyword) = (data.text()?, data.text()?);
    if compressed == 0 {
        return (data.0.len() <= MAX_BLOCK).then(|| data.0.to_vec());
    }
    let mut text = Vec::new();
    let read = flate2::read::ZlibDecoder::new(data.0).take(MAX_BLOCK as u64 + 1).read_to_end(&mut text);
    (read.is_ok() && text.len() <= MAX_BLOCK).then_some(text)
}

/// The picture, and its colour profile.
pub(crate) fn decode(file: &[u8], header: &Header) -> Result<(Planes, Option<Vec<u8>>), ConvertError> {
    let limits = png::Limits { bytes: header.needs.memory as usize };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(file), limits);
    // Palettes and fewer bits than 8 become 8 bits, 16 bits their upper half, and a transparent colour an alpha channel.
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(undecodable(FORMAT))?;
    let info = reader.info();
    let found = (info.width, info.height);
    if found != (header.width, header.height) {
        let stated = (header.width, header.height);
        return Err(ConvertError::SizesDiffer { format: FORMAT, stated, found });
    }
    let profile = info.icc_profile.as_ref().map(|profile| profile.to_vec());
    let interlaced = info.interlaced;
    let channels = match reader.output_color_type() {
        (kind, png::BitDepth::Eight) => kind.samples(),
        _ => return Err(ConvertError::Unsupported(FORMAT, "samples of an odd number of bits")),
    };
    let mut rows = Rows::new(header.width, header.height, channels);
    if interlaced {
        let size = reader.output_buffer_size().ok_or(ConvertError::Damaged(FORMAT, "its rows are too long"))?;
        let mut whole = vec![0; size];
        let frame = reader.next_frame(&mut whole).map_err(undecodable(FORMAT))?;
        for row in whole.chunks_exact(frame.line_size).take(header.height as usize) {
            rows.push(row).map_err(unencodable(FORMAT))?;
        }
    } else {
        while let Some(row) = reader.next_row().map_err(undecodable(FORMAT))? {
            rows.push(row.data()).map_err(unencodable(FORMAT))?;
        }
    }
    Ok((rows.finish().map_err(unencodable(FORMAT))?, profile))
}
