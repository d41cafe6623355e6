//! Colour profiles: the numbers of a plain RGB profile, read and written anew.
//!
//! A profile may hold arbitrary bytes between and inside its tags. So it is never copied: only the
//! numbers of matrix profiles (ICC.1:2022, 8.4.3) are taken over, and everything else is ours.
//! Pictures with other profiles are served without one, which means sRGB.

use crate::marker::{APP2, ICC_ID};
use crate::tokens::{Event, Tokens};

/// Longest profile that is looked at, in bytes. Matrix profiles have 500 to 4,000.
const MAX_PROFILE: usize = 64 << 10;
/// Longest curve. Common ones have 1, 256, 1024 or 4096 points.
const MAX_CURVE: usize = 4096;

/// Joins the chunks of a profile, payloads behind the identifier: number, count, data.
/// None if they are not exactly one complete set in order.
pub fn assemble(chunks: &[Vec<u8>]) -> Option<Vec<u8>> {
    let mut profile = Vec::new();
    for (i, chunk) in chunks.iter().enumerate() {
        let [number, count, data @ ..] = chunk.as_slice() else { return None };
        if usize::from(*number) != i + 1 || usize::from(*count) != chunks.len() {
            return None;
        }
        if profile.len() + data.len() > MAX_PROFILE {
            return None;
        }
        profile.extend_from_slice(data);
    }
    (!profile.is_empty()).then_some(profile)
}

/// The profile of a file of so many components as we write it. None if it has none, or none that is taken over.
pub(crate) fn of_file(file: &[u8], components: usize) -> Option<Vec<u8>> {
    let mut chunks = Vec::new();
    let read = Tokens::new().advance(file, &mut |event| {
        if let Event::Segment { marker: APP2, payload, .. } = event
            && let Some(chunk) = payload.strip_prefix(ICC_ID)
        {
            chunks.push(chunk.to_vec());
        }
        Ok(())
    });
    read.ok()?;
    ours(&chunks, components)
}

/// The profile in these chunks of a file of so many components as we write it. One of three colours, and no other is taken
/// over, means nothing for other numbers of them.
pub(crate) fn ours(chunks: &[Vec<u8>], components: usize) -> Option<Vec<u8>> {
    if components != 3 {
        return None;
    }
    assemble(chunks).and_then(|profile| Profile::parse(&profile)).map(|profile| profile.to_bytes())
}

/// Three coordinates as ICC stores them: signed, 16 bits behind the point.
type Xyz = [i32; 3];

/// A tone curve.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Curve {
    /// Points, never falling; none is the identity, one is a gamma with 8 bits behind the point.
    Sampled(Vec<u16>),
    /// Kind 0 to 4 of the standard, and its parameters.
    Parametric(u16, Vec<i32>),
}

/// The numbers of a matrix profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    white: Xyz,
    adaptation: Option<[i32; 9]>,
    primaries: [Xyz; 3],
    curves: [Curve; 3],
}

const HEADER: usize = 128;
const XYZ_TAGS: [[u8; 4]; 3] = [*b"rXYZ", *b"gXYZ", *b"bXYZ"];
const CURVE_TAGS: [[u8; 4]; 3] = [*b"rTRC", *b"gTRC", *b"bTRC"];
/// Profile connection space white, D50, as every profile header states it.
const D50: Xyz = [0xF6D6, 0x1_0000, 0xD32D];

impl Profile {
    /// Reads a profile. None if it isn't a well-formed matrix profile for RGB.
    pub fn parse(bytes: &[u8]) -> Option<Profile> {
        let size = u32_at(bytes, 0)? as usize;
        if size != bytes.len() || bytes.len() > MAX_PROFILE {
            return None;
        }
        let rgb_to_xyz = bytes.get(16..24)? == b"RGB XYZ " && bytes.get(36..40)? == *b"acsp";
        if !rgb_to_xyz || !matches!(bytes.get(8)?, 2 | 4) {
            return None;
        }
        let xyz = |name| numbers::<3>(tag(bytes, name)?, *b"XYZ ");
        let curve = |name| Curve::parse(tag(bytes, name)?);
        let [r, g, b] = XYZ_TAGS.map(xyz);
        let [red, green, blue] = CURVE_TAGS.map(curve);
        let adaptation = match tag(bytes, *b"chad") {
            Some(data) => Some(numbers::<9>(data, *b"sf32")?),
            None => None,
        };
        Some(Profile { white: xyz(*b"wtpt")?, adaptation, primaries: [r?, g?, b?], curves: [red?, green?, blue?] })
    }

    /// Writes a version 4 profile, or version 2 if there is no chromatic adaptation, which version 4
    /// demands.
    pub fn to_bytes(&self) -> Vec<u8> {
        let version = if self.adaptation.is_some() { 4 } else { 2 };
        let mut tags: Vec<([u8; 4], Vec<u8>)> = vec![
            (*b"desc", text(version, "RGB")),
            (*b"cprt", text_or_copyright(version)),
            (*b"wtpt", typed(*b"XYZ ", &self.white)),
        ];
        if let Some(matrix) = &self.adaptation {
            tags.push((*b"chad", typed(*b"sf32", matrix)));
        }
        for i in 0..3 {
            tags.push((XYZ_TAGS[i], typed(*b"XYZ ", &self.primaries[i])));
            tags.push((CURVE_TAGS[i], self.curves[i].to_bytes()));
        }
        let mut data = Vec::new();
        let mut table = (tags.len() as u32).to_be_bytes().to_vec();
        let data_start = HEADER + 4 + 12 * tags.len();
        let mut written: Vec<(&[u8], u32)> = Vec::new();
        for (name, body) in &tags {
            // Equal curves are stored once, as usual.
            let known = written.iter().find(|(other, _)| other == body).map(|&(_, at)| at);
            let at = known.unwrap_or((data_start + data.len()) as u32);
            if known.is_none() {
                written.push((body, at));
                data.extend_from_slice(body);
                data.resize(data.len().next_multiple_of(4), 0);
            }
            table.extend_from_slice(name);
            table.extend(at.to_be_bytes());
            table.extend((body.len() as u32).to_be_bytes());
        }
        let mut out = vec![0; HEADER];
        out[0..4].copy_from_slice(&((data_start + data.len()) as u32).to_be_bytes());
        out[8] = version;
        out[12..24].copy_from_slice(b"mntrRGB XYZ ");
        out[36..40].copy_from_slice(b"acsp");
        for (i, number) in D50.iter().enumerate() {
            out[68 + 4 * i..72 + 4 * i].copy_from_slice(&number.to_be_bytes());
        }
        out.extend(table);
        out.extend(data);
        out
    }
}

impl Curve {
    fn parse(data: &[u8]) -> Option<Curve> {
        match data.get(..4)? {
            b"curv" => {
                let count = u32_at(data, 8)? as usize;
                if count > MAX_CURVE {
                    return None;
                }
                let (pairs, _) = data.get(12..12 + 2 * count)?.as_chunks::<2>();
                let points: Vec<u16> = pairs.iter().map(|&p| u16::from_be_bytes(p)).collect();
                // A curve that falls somewhere is no tone curve, but a place to hide something.
                points.is_sorted().then_some(Curve::Sampled(points))
            }
            b"para" => {
                let kind = u16::from_be_bytes([*data.get(8)?, *data.get(9)?]);
                let count = *[1, 3, 4, 5, 7].get(usize::from(kind))?;
                let (numbers, _) = data.get(12..12 + 4 * count)?.as_chunks::<4>();
                Some(Curve::Parametric(kind, numbers.iter().map(|&n| i32::from_be_bytes(n)).collect()))
            }
            _ => None,
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        match self {
            Curve::Sampled(points) => {
                let mut out = b"curv\0\0\0\0".to_vec();
                out.extend((points.len() as u32).to_be_bytes());
                out.extend(points.iter().flat_map(|point| point.to_be_bytes()));
                out
            }
            Curve::Parametric(kind, parameters) => {
                let mut out = b"para\0\0\0\0".to_vec();
                out.extend(kind.to_be_bytes());
                out.extend([0, 0]);
                out.extend(parameters.iter().flat_map(|number| number.to_be_bytes()));
                out
            }
        }
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|b| u32::from_be_bytes(*b))
}

/// The data of a tag.
fn tag(profile: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    let count = u32_at(profile, HEADER)?.min(100) as usize;
    (0..count).map(|i| HEADER + 4 + 12 * i).find_map(|entry| {
        if profile.get(entry..entry + 4)? != name.as_slice() {
            return None;
        }
        let at = u32_at(profile, entry + 4)? as usize;
        let length = u32_at(profile, entry + 8)? as usize;
        profile.get(at..at.checked_add(length)?)
    })
}

/// The numbers of a tag of type `kind`.
fn numbers<const N: usize>(data: &[u8], kind: [u8; 4]) -> Option<[i32; N]> {
    if data.get(..4)? != kind.as_slice() {
        return None;
    }
    let (numbers, _) = data.get(8..8 + 4 * N)?.as_chunks::<4>();
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(numbers) {
        *to = i32::from_be_bytes(*from);
    }
    Some(out)
}

fn typed(kind: [u8; 4], numbers: &[i32]) -> Vec<u8> {
    let mut out = kind.to_vec();
    out.extend([0; 4]);
    out.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
    out
}

/// A description: `mluc` in version 4, `desc` in version 2.
fn text(version: u8, text: &str) -> Vec<u8> {
    if version == 4 {
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mut out = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS".to_vec();
        out.extend((utf16.len() as u32).to_be_bytes());
        out.extend(28u32.to_be_bytes());
        out.extend(utf16);
        return out;
    }
    let mut out = b"desc\0\0\0\0".to_vec();
    out.extend((text.len() as u32 + 1).to_be_bytes());
    out.extend(text.as_bytes());
    out.push(0);
    // No Unicode and no Macintosh description, both of fixed size.
    out.extend([0; 8 + 3 + 67]);
    out
}

fn text_or_copyright(version: u8) -> Vec<u8> {
    if version == 4 { text(version, "CC0") } else { b"text\0\0\0\0CC0\0".to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(adaptation: bool) -> Profile {
        Profile {
            white: D50,
            adaptation: adaptation.then_some([65_536, 1, -2, 3, 65_530, 5, 6, 7, 49_000]),
            primaries: [[1, 2, 3], [4, 5, -6], [7, 8, 9]],
            curves: [
                Curve::Sampled(vec![563]),
                Curve::Sampled(vec![0, 5, 5, 65_535]),
                Curve::Parametric(3, vec![157_286, 62_119, 3417, 5072, 2651]),
            ],
        }
    }

    #[test]
    fn what_is_written_reads_the_same() {
        for adaptation in [true, false] {
            let profile = sample(adaptation);
            assert_eq!(Profile::parse(&profile.to_bytes()), Some(profile));
        }
    }

    #[test]
    fn foreign_bytes_do_not_survive() {
        let mut bytes = sample(true).to_bytes();
        bytes.extend(b"a face");
        let size = bytes.len() as u32;
        bytes[..4].copy_from_slice(&size.to_be_bytes());
        bytes[48..52].copy_from_slice(b"ACME");
        let rewritten = Profile::parse(&bytes).unwrap().to_bytes();
        assert_eq!(rewritten, sample(true).to_bytes());
    }

    #[test]
    fn malformed_profiles_are_dropped() {
        let bytes = sample(true).to_bytes();
        for end in 0..bytes.len() {
            assert_eq!(Profile::parse(&bytes[..end]), None);
        }
        let mut falling = sample(true);
        falling.curves[0] = Curve::Sampled(vec![3, 2]);
        assert_eq!(Profile::parse(&falling.to_bytes()), None);
        let mut cmyk = bytes;
        cmyk[16..20].copy_from_slice(b"CMYK");
        assert_eq!(Profile::parse(&cmyk), None);
    }

    #[test]
    fn chunks_must_be_complete_and_in_order() {
        let join = |chunks: &[&[u8]]| assemble(&chunks.iter().map(|c| c.to_vec()).collect::<Vec<_>>());
        assert_eq!(join(&[&[1, 2, 7], &[2, 2, 8, 9]]), Some(vec![7, 8, 9]));
        assert_eq!(join(&[&[2, 2, 8], &[1, 2, 7]]), None);
        assert_eq!(join(&[&[1, 2, 7]]), None);
        assert_eq!(join(&[&[1]]), None);
        assert_eq!(join(&[]), None);
        assert_eq!(join(&[&vec![1; MAX_PROFILE + 3]]), None);
    }
}
