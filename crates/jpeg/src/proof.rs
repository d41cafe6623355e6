//! Proof of a cut: the bytes that are going to be stored are walked again, and compared.

use memchr::memmem;

use crate::bits::equal;
use crate::cut::Patch;
use crate::error::{JpegError, VerifyError};
use crate::head::Head;
use crate::header::Limits;
use crate::icc;
use crate::marker::{APP0, APP1, APP2, APP14, DHT, DQT, DRI, EXIF_ID, ICC_ID, SOF0, SOF1, SOS, XMP_ID};
use crate::stream::{Parsed, Stream, Walk};
use crate::tokens::{Event, Tokens};

/// Passes only if `bytes` are one picture with the head that the cut writes and without anything that we don't, in which every
/// touched coded unit holds what the patch says, and every other one what it held before, coefficient for coefficient. Gives
/// the picture as it was read.
pub(crate) fn prove(
    before: &Stream,
    walk: &Walk,
    patch: &Patch<'_>,
    cut_head: &Head,
    bytes: &[u8],
) -> Result<(Stream, Walk), VerifyError> {
    check_form(bytes)?;
    let after = read(bytes)?;
    let (head, expected) = (&after.head, &before.head);
    if (head.frame.width, head.frame.height) != (expected.frame.width, expected.frame.height) {
        return Err(VerifyError::WrongSize {
            width: head.frame.width,
            height: head.frame.height,
            expected_width: expected.frame.width,
            expected_height: expected.frame.height,
        });
    }
    if !is_head(cut_head, bytes.get(..after.data_start as usize).unwrap_or_default())? {
        return Err(VerifyError::Unreadable(JpegError::Ambiguous("it is not as we write files")));
    }
    let found = Walk::new(&after)?;
    if !is_padded(&after, &found) {
        return Err(VerifyError::Unreadable(JpegError::Ambiguous("it is not as we write files")));
    }
    compare(before, walk, patch, &after, &found)?;
    Ok((after, found))
}

/// Reads a file of ours, nothing behind it.
pub(crate) fn read(bytes: &[u8]) -> Result<Stream, VerifyError> {
    let limits = Limits { max_pixels: u64::MAX, max_side: u32::from(u16::MAX) };
    let Parsed::Stream(stream) = Stream::parse(bytes, &limits)? else {
        return Err(VerifyError::Unreadable(JpegError::Ambiguous("it is not as we write files")));
    };
    match bytes.len() as u64 - stream.end {
        0 => Ok(*stream),
        trailing => Err(VerifyError::TrailingBytes(trailing)),
    }
}

/// Whether these are the bytes before the picture data as we write them, around any metadata. Size and tables decide what the
/// bits behind them mean.
fn is_head(head: &Head, bytes: &[u8]) -> Result<bool, JpegError> {
    let mut app = Vec::new();
    Tokens::new().advance(bytes, &mut |event| {
        if let Event::Segment { marker: APP1, payload, .. } = event {
            app.push(payload.to_vec());
        }
        Ok(())
    })?;
    let mut expected = Vec::with_capacity(bytes.len());
    head.write(&app, &mut expected);
    Ok(expected == bytes)
}

/// Whether all bits that fill the last byte of an interval are ones: nothing else may be hidden there.
fn is_padded(stream: &Stream, walk: &Walk) -> bool {
    (0..stream.intervals.len() - 1).all(|interval| {
        let end = walk.span(stream, stream.interval_units(interval).end - 1).end;
        let padding = if end.is_multiple_of(8) { 0 } else { 0xFF >> (end % 8) };
        padding == 0 || stream.data.get(end / 8).is_some_and(|byte| byte & padding == padding)
    })
}

fn compare(before: &Stream, walk: &Walk, patch: &Patch<'_>, after: &Stream, found: &Walk) -> Result<(), VerifyError> {
    let differs = |unit: usize, touched: bool| {
        let (columns, _) = before.units();
        let (h, v) = before.head.frame.max_sampling();
        let (x, y) = ((unit % columns) as u32 * 8 * h, (unit / columns) as u32 * 8 * v);
        Err(if touched { VerifyError::NotRedacted { x, y } } else { VerifyError::Altered { x, y } })
    };
    let (mut expected, mut actual) = (before.unit_buffer(), after.unit_buffer());
    for interval in 0..before.intervals.len() - 1 {
        let units = before.interval_units(interval);
        let mut unit = units.start;
        while unit < units.end {
            if patch.touched[unit] {
                patch.unit(before, unit, &mut expected);
                found.unit(after, unit, &mut actual)?;
                if expected != actual {
                    return differs(unit, true);
                }
                unit += 1;
                continue;
            }
            let run_end = (unit..units.end).find(|&unit| patch.touched[unit]).unwrap_or(units.end);
            // The first one's bits may differ in the differences of its DC values: compared by coefficients.
            walk.unit(before, unit, &mut expected)?;
            found.unit(after, unit, &mut actual)?;
            if expected != actual {
                return differs(unit, false);
            }
            if unit + 1 < run_end {
                let span = |stream: &Stream, walk: &Walk| {
                    let from = walk.span(stream, unit + 1).start;
                    (from, walk.span(stream, run_end - 1).end - from)
                };
                let ((from, length), (at, found_length)) = (span(before, walk), span(after, found));
                if length != found_length || !equal(&before.data, from, &after.data, at, length) {
                    return differs(unit + 1, false);
                }
            }
            unit = run_end;
        }
    }
    Ok(())
}

/// Passes if a file has only the segments that we write, in the form that we write them, and no beginning of another
/// picture anywhere.
pub(crate) fn check_form(bytes: &[u8]) -> Result<(), VerifyError> {
    let mut foreign = None;
    let mut seen = [false; 5];
    let mut tokens = Tokens::new();
    tokens.advance(bytes, &mut |event| {
        if let Event::Segment { marker, start, payload } = event {
            let once = match marker {
                // No thumbnail: its size, the last two bytes, is zero.
                APP0 => (payload.len() == 14 && payload.starts_with(b"JFIF\0") && payload[12..] == [0, 0]).then_some(0),
                APP1 if payload.starts_with(EXIF_ID) => Some(1),
                APP1 if payload.starts_with(XMP_ID) => Some(2),
                APP2 => payload.strip_prefix(ICC_ID).filter(|chunk| is_ours(chunk)).map(|_| 3),
                APP14 => (payload.len() == 12 && payload.starts_with(b"Adobe\0")).then_some(4),
                DQT | SOF0 | SOF1 | DHT | DRI | SOS => return Ok(()),
                _ => None,
            };
            match once {
                Some(kind) if !seen[kind] => seen[kind] = true,
                _ => drop(foreign.get_or_insert((marker, start))),
            }
        }
        Ok(())
    })?;
    if let Some((marker, offset)) = foreign {
        return Err(VerifyError::ForeignSegment { marker, offset });
    }
    if let Some(at) = memmem::find_iter(bytes, &[0xFF, 0xD8, 0xFF]).find(|&at| at > 0) {
        return Err(VerifyError::SecondPicture(at as u64));
    }
    if tokens.is_done() { Ok(()) } else { Err(JpegError::Truncated.into()) }
}

/// Whether a profile is byte for byte as [`icc`] writes it.
fn is_ours(chunk: &[u8]) -> bool {
    icc::assemble(&[chunk.to_vec()])
        .is_some_and(|bytes| icc::Profile::parse(&bytes).is_some_and(|profile| profile.to_bytes() == bytes))
}
