//! The pieces of a file: segments, and entropy-coded data between them.

use super::bytes;
use super::numbers::Numbers;

/// A part of a file.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Marker and payload.
    Segment(u8, Vec<u8>),
    /// What follows a scan header, up to the next marker that is no restart.
    Data(Vec<u8>),
    /// The end marker and all behind it, or what can't be taken apart.
    Rest(Vec<u8>),
}

/// Takes a file apart behind its start marker; nothing that no marker begins is lost.
pub fn pieces(file: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = file.strip_prefix(&[0xFF, 0xD8]).unwrap_or(file);
    loop {
        let header = match rest {
            [0xFF, marker, high, low, ..] if !matches!(marker, 0x00 | 0xD0..=0xD9 | 0xFF) => {
                Some((*marker, usize::from(u16::from_be_bytes([*high, *low])) + 2))
            }
            _ => None,
        };
        let Some((marker, length)) = header.filter(|(_, length)| (4..=rest.len()).contains(length)) else { break };
        pieces.push(Piece::Segment(marker, rest[4..length].to_vec()));
        rest = &rest[length..];
        if marker == 0xDA {
            let ends = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xD0..=0xD7);
            let end = rest.windows(2).position(ends).unwrap_or(rest.len());
            pieces.push(Piece::Data(rest[..end].to_vec()));
            rest = &rest[end..];
        }
    }
    pieces.push(Piece::Rest(rest.to_vec()));
    pieces
}

/// Puts a file together.
pub fn joined(pieces: &[Piece]) -> Vec<u8> {
    let mut file = vec![0xFF, 0xD8];
    for piece in pieces {
        match piece {
            Piece::Segment(marker, payload) => {
                file.extend([0xFF, *marker]);
                file.extend((payload.len() as u16 + 2).to_be_bytes());
                file.extend(payload);
            }
            Piece::Data(bytes) | Piece::Rest(bytes) => file.extend(bytes),
        }
    }
    file
}

/// Segments that change how others are read.
const TELLING: [(u8, &[u8]); 10] = [
    (0xDD, &[0, 3]),
    (0xDD, &[0, 0]),
    (0xFE, b"a comment"),
    (0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
    (0xEE, b"Adobe\0\x64\0\0\0\0\0"),
    (0xEE, b"Adobe\0\x64\0\0\0\0\x01"),
    (0xEE, b"Adobe\0\x64\0\0\0\0\x02"),
    (0xCC, &[0x00, 0x52, 0x10, 0x09]),
    (0xDC, &[0, 16]),
    (0xE2, b"ICC_PROFILE\0\x01\x01"),
];

/// Kinds of frames.
const FRAMES: [u8; 6] = [0xC0, 0xC1, 0xC2, 0xC9, 0xCA, 0xC3];

/// The file with a segment changed, or nothing if it has none.
pub fn mutated(file: &[u8], numbers: &mut Numbers) -> Option<Vec<u8>> {
    let mut pieces = pieces(file);
    let segments: Vec<usize> = (0..pieces.len()).filter(|&at| matches!(pieces[at], Piece::Segment(..))).collect();
    if segments.is_empty() {
        return None;
    }
    for _ in 0..=numbers.below(2) {
        let at = numbers.one_of(&segments);
        if at >= pieces.len() {
            continue;
        }
        match numbers.below(12) {
            0 => pieces.insert(at, pieces[numbers.below(pieces.len())].clone()),
            1 => drop(pieces.remove(at)),
            2 => {
                let other = numbers.below(pieces.len());
                pieces.swap(at, other);
            }
            3 | 4 => {
                let (marker, payload) = numbers.one_of(&TELLING);
                pieces.insert(at, Piece::Segment(marker, payload.to_vec()));
            }
            // Fill bytes stand before a marker.
            5 => pieces.insert(at, Piece::Data(vec![0xFF; 1 + numbers.below(3)])),
            6 => {
                if let Piece::Segment(marker @ 0xC0..=0xCA, _) = &mut pieces[at]
                    && *marker != 0xC4
                {
                    *marker = numbers.one_of(&FRAMES);
                }
            }
            7 | 8 => resize(&mut pieces, numbers),
            _ => {
                if let Piece::Segment(_, payload) = &mut pieces[at] {
                    *payload = bytes(payload, payload.len() + 16);
                }
            }
        }
    }
    Some(joined(&pieces))
}

/// A frame of another size, often with as many coded units.
fn resize(pieces: &mut [Piece], numbers: &mut Numbers) {
    let frame = pieces.iter_mut().find_map(|piece| match piece {
        Piece::Segment(0xC0..=0xC2 | 0xC9 | 0xCA, payload) => payload.get_mut(1..5),
        _ => None,
    });
    let Some(frame) = frame else { return };
    let side = 2 * numbers.below(2);
    let pixels = u16::from_be_bytes([frame[side], frame[side + 1]]);
    let changed = match numbers.below(4) {
        0 => pixels.wrapping_add(numbers.below(17) as u16).wrapping_sub(8),
        1 => pixels.checked_next_multiple_of(8).unwrap_or(0).wrapping_sub(numbers.below(8) as u16),
        2 => pixels.checked_next_multiple_of(16).unwrap_or(0),
        _ => numbers.one_of(&[0, 1, 7, 8, 9, 16, 17, 64, 512, 2048, 4096, 16_384]),
    };
    frame[side..side + 2].copy_from_slice(&changed.to_be_bytes());
}
