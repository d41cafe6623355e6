//! HEIF: what its boxes say (ISO/IEC 14496-12, 8.11, and 23008-12), without a look at the coded pictures.
//!
//! The decoder has a reader of boxes, too, but that copies what any number of items point to. This one copies metadata only,
//! and that within bounds, so that it may run in the process that takes files in.

mod transform;

use std::collections::BTreeMap;

use flaneur_jpeg::{Extra, Limits};

use crate::{ConvertError, Format, Header, MAX_BLOCK, MAX_BLOCKS, Needs, bytes::Bytes, check_size};

/// Most boxes beside each other at the top of a file; real ones have three to ten.
const MAX_BOXES: usize = 1_000;
/// Longest `meta` box that is read, bytes. A phone's has some 10 KiB.
const MAX_META: usize = 4 << 20;
/// Most tiles of a picture. A phone's has 48 to 200.
const MAX_TILES: usize = 4_096;
/// Bytes that the decoder holds for a pixel of the coded picture in its hands, one tile at a time: samples of four bytes,
/// marks, and another copy where a picture has an alpha plane.
const DECODER: u64 = 20;

/// What an iPhone calls its gain maps.
const GAIN_MAP: &[u8] = b"urn:com:apple:photo:2020:aux:hdrgainmap";

const FORMAT: Format = Format::Heic;

type Kind = [u8; 4];

/// Size, metadata and completeness of the primary picture.
pub(crate) fn inspect(file: &[u8], limits: &Limits) -> Result<Header, ConvertError> {
    let (meta, film) = find_meta(file)?;
    let items = Items::read(meta).ok_or_else(damaged)?;
    let primary = items.primary.ok_or_else(damaged)?;
    let kind = items.kinds.get(&primary).ok_or_else(damaged)?;
    let stored = items.stored_size(primary).ok_or_else(damaged)?;
    check_size(FORMAT, stored, limits)?;
    let (width, height) = items.shown_size(primary, stored).ok_or_else(damaged)?;
    check_size(FORMAT, (width, height), limits)?;
    let coded = match kind {
        b"hvc1" | b"iden" => vec![primary],
        b"grid" => items.referred(*b"dimg", primary),
        b"av01" => return Err(ConvertError::Unsupported(FORMAT, "an AVIF picture")),
        b"avc1" => return Err(ConvertError::Unsupported(FORMAT, "a picture coded as H.264")),
        b"iovl" => return Err(ConvertError::Unsupported(FORMAT, "a picture overlaid by others")),
        _ => return Err(ConvertError::Unsupported(FORMAT, "a picture that is not coded as HEVC")),
    };
    if coded.is_empty() || coded.len() > MAX_TILES {
        return Err(damaged());
    }
    for item in coded.iter().chain([&primary]) {
        items.check_present(*item, file.len())?;
    }
    let largest = coded.iter().filter_map(|&item| items.stored_size(item)).map(pixels).max().unwrap_or(0);
    let largest = largest.max(if kind == b"grid" { 0 } else { pixels(stored) });
    if largest > limits.max_pixels {
        return Err(ConvertError::Damaged(FORMAT, "its tiles are larger than the picture"));
    }
    let blocks = |wanted: &dyn Fn(&Kind, bool) -> bool| {
        let all = items.kinds.iter().filter(|(item, kind)| wanted(kind, items.xmp.contains(item)));
        let describing = all.map(|(item, _)| *item).filter(|&item| items.describes(item, primary));
        describing.filter_map(|item| items.content(item, file)).take(MAX_BLOCKS).collect::<Vec<_>>()
    };
    Ok(Header {
        format: FORMAT,
        width,
        height,
        upright: true,
        exif: blocks(&|kind, _| kind == b"Exif"),
        xmp: blocks(&|kind, is_xmp| kind == b"mime" && is_xmp),
        needs: Needs::new(pixels(stored), file.len(), DECODER * largest),
        extras: [(film, Extra::Film), (items.have_gain_map(), Extra::GainMap)]
            .into_iter()
            .filter_map(|(there, extra)| there.then_some(extra))
            .collect(),
    })
}

fn damaged() -> ConvertError {
    ConvertError::Damaged(FORMAT, "its list of items makes no sense")
}

fn pixels((width, height): (u32, u32)) -> u64 {
    u64::from(width) * u64::from(height)
}

/// The next box: its kind and what is in it. A size of 0 means all that is left.
fn next<'a>(rest: &mut Bytes<'a>) -> Option<(Kind, Option<&'a [u8]>)> {
    let (size, kind) = (rest.u32()?, rest.kind()?);
    let length = match size {
        0 => rest.0.len() as u64,
        1 => rest.sized(8)?.checked_sub(16)?,
        size => u64::from(size).checked_sub(8)?,
    };
    Some((kind, usize::try_from(length).ok().and_then(|length| rest.take(length))))
}

/// The content of the `meta` box, behind its version and flags, and whether there is a film, too: of a motion photo (`mpvd`,
/// Motion Photo format 1.0) or of a sequence of pictures. Fails if a box at the top of the file is cut off.
fn find_meta(file: &[u8]) -> Result<(&[u8], bool), ConvertError> {
    let mut rest = Bytes(file);
    let (mut meta, mut film) = (None, false);
    for _ in 0..MAX_BOXES {
        if rest.0.is_empty() {
            break;
        }
        let Some((kind, content)) = next(&mut rest) else { return Err(ConvertError::Truncated(FORMAT)) };
        let content = content.ok_or(ConvertError::Truncated(FORMAT))?;
        match &kind {
            b"meta" if content.len() > MAX_META => {
                return Err(ConvertError::Damaged(FORMAT, "its list of items is too long"));
            }
            b"meta" if meta.is_none() => meta = Some(content.get(4..).ok_or_else(damaged)?),
            b"moov" | b"mpvd" => film = true,
            _ => {}
        }
    }
    meta.map(|meta| (meta, film)).ok_or(if film {
        ConvertError::Unsupported(FORMAT, "a film")
    } else {
        ConvertError::Truncated(FORMAT)
    })
}

/// Where a part of an item lies.
#[derive(Debug, Clone, Copy)]
struct Extent {
    offset: u64,
    length: u64,
}

/// Where an item lies.
#[derive(Debug)]
struct Place {
    /// 0: in the file; 1: in the `idat` box.
    method: u16,
    extents: Vec<Extent>,
}

/// What the `meta` box says of the items.
#[derive(Debug, Default)]
struct Items<'a> {
    primary: Option<u32>,
    kinds: BTreeMap<u32, Kind>,
    /// Those whose content type is that of XMP.
    xmp: Vec<u32>,
    places: BTreeMap<u32, Place>,
    /// Kind and content of each property.
    properties: Vec<(Kind, &'a [u8])>,
    /// Properties of each item, by number in that list, counted from 1.
    owned: BTreeMap<u32, Vec<u16>>,
    /// Kind, item, and what it refers to.
    references: Vec<(Kind, u32, Vec<u32>)>,
    idat: &'a [u8],
}

impl<'a> Items<'a> {
    /// Every entry takes bytes of `meta`, so that there are no more than that allows. `None` if it breaks the rules.
    fn read(meta: &'a [u8]) -> Option<Self> {
        let mut items = Self::default();
        let mut rest = Bytes(meta);
        while rest.0.len() >= 8 {
            let (kind, content) = next(&mut rest)?;
            let content = content?;
            let mut content = Bytes(content);
            match &kind {
                b"pitm" => {
                    let version = content.u32()? >> 24;
                    items.primary = Some(content.id(version > 0)?);
                }
                b"iinf" => items.read_kinds(content)?,
                b"iloc" => items.read_places(content)?,
                b"iprp" => items.read_properties(content)?,
                b"iref" => items.read_references(content)?,
                b"idat" => items.idat = content.0,
                _ => {}
            }
        }
        Some(items)
    }

    /// `iinf` and `infe` (14496-12, 8.11.6).
    fn read_kinds(&mut self, mut content: Bytes<'_>) -> Option<()> {
        let version = content.u32()? >> 24;
        content.id(version > 0)?;
        while content.0.len() >= 8 {
            let (kind, entry) = next(&mut content)?;
            let mut entry = Bytes(entry?);
            let version = entry.u32()? >> 24;
            if &kind != b"infe" || version < 2 {
                continue;
            }
            let (item, _protection) = (entry.id(version > 2)?, entry.u16()?);
            let kind = entry.kind()?;
            self.kinds.insert(item, kind);
            let _name = entry.text();
            if &kind == b"mime" && entry.text() == Some(b"application/rdf+xml") {
                self.xmp.push(item);
            }
        }
        Some(())
    }

    /// `iloc` (8.11.3).
    fn read_places(&mut self, mut content: Bytes<'_>) -> Option<()> {
        let version = content.u32()? >> 24;
        let [sizes, more] = content.u16()?.to_be_bytes();
        let (offset_size, length_size, base_size) = (sizes >> 4, sizes & 15, more >> 4);
        let index_size = if version == 0 { 0 } else { more & 15 };
        let count = content.id(version > 1)?;
        for _ in 0..count {
            let item = content.id(version > 1)?;
            let method = if version == 0 { 0 } else { content.u16()? & 15 };
            let _data_reference = content.u16()?;
            let base = content.sized(base_size)?;
            let mut extents = Vec::new();
            for _ in 0..content.u16()? {
                content.sized(index_size)?;
                let (offset, length) = (content.sized(offset_size)?, content.sized(length_size)?);
                // Entries that take no bytes could be any number.
                if offset_size == 0 && length_size == 0 && !extents.is_empty() {
                    return None;
                }
                extents.push(Extent { offset: base.checked_add(offset)?, length });
            }
            self.places.insert(item, Place { method, extents });
        }
        Some(())
    }

    /// `iprp` with `ipco` and `ipma` (23008-12, 9.3).
    fn read_properties(&mut self, mut content: Bytes<'a>) -> Option<()> {
        while content.0.len() >= 8 {
            let (kind, part) = next(&mut content)?;
            let mut part = Bytes(part?);
            match &kind {
                b"ipco" => {
                    while part.0.len() >= 8 {
                        let (kind, property) = next(&mut part)?;
                        self.properties.push((kind, property?));
                    }
                }
                b"ipma" => {
                    let head = part.u32()?;
                    for _ in 0..part.u32()? {
                        let item = part.id(head >> 24 > 0)?;
                        let mut owned = Vec::new();
                        for _ in 0..part.u8()? {
                            // The first bit says that the property must be understood.
                            owned.push(if head & 1 == 1 { part.u16()? & 0x7FFF } else { u16::from(part.u8()? & 0x7F) });
                        }
                        self.owned.insert(item, owned);
                    }
                }
                _ => {}
            }
        }
        Some(())
    }

    /// `iref` (14496-12, 8.11.12).
    fn read_references(&mut self, mut content: Bytes<'_>) -> Option<()> {
        let wide = content.u32()? >> 24 > 0;
        while content.0.len() >= 8 {
            let (kind, entry) = next(&mut content)?;
            let mut entry = Bytes(entry?);
            let from = entry.id(wide)?;
            let mut to = Vec::new();
            for _ in 0..entry.u16()? {
                to.push(entry.id(wide)?);
            }
            self.references.push((kind, from, to));
        }
        Some(())
    }

    /// Whether one of the pictures is a gain map (ISO 21496-1: with a derived picture of the kind `tmap`; Apple: an auxiliary
    /// picture).
    fn have_gain_map(&self) -> bool {
        let apple = |item: &u32| {
            self.properties(*item).any(|(kind, mut content)| {
                kind == *b"auxC" && content.u32().is_some() && content.0.starts_with(GAIN_MAP)
            })
        };
        self.kinds.iter().any(|(item, kind)| kind == b"tmap" || apple(item))
    }

    /// What an item refers to.
    fn referred(&self, kind: Kind, item: u32) -> Vec<u32> {
        let found = self.references.iter().find(|(each, from, _)| *each == kind && *from == item);
        found.map(|(.., to)| to.clone()).unwrap_or_default()
    }

    /// Whether a block of metadata is about this picture: a gain map or a preview may have its own. One that says of none
    /// is about this.
    fn describes(&self, item: u32, picture: u32) -> bool {
        let about = self.referred(*b"cdsc", item);
        about.is_empty() || about.contains(&picture)
    }

    /// Properties of an item, in the order in which they are to be applied.
    fn properties(&self, item: u32) -> impl Iterator<Item = (Kind, Bytes<'a>)> {
        let owned = self.owned.get(&item).into_iter().flatten();
        owned.filter_map(|&number| {
            let (kind, content) = self.properties.get(usize::from(number).checked_sub(1)?)?;
            Some((*kind, Bytes(content)))
        })
    }

    /// Size before the item's own transformations: `ispe` (23008-12, 6.5.3).
    fn stored_size(&self, item: u32) -> Option<(u32, u32)> {
        let (_, mut extent) = self.properties(item).find(|(kind, _)| kind == b"ispe")?;
        extent.u32()?;
        Some((extent.u32()?, extent.u32()?))
    }

    /// Size after them.
    fn shown_size(&self, item: u32, stored: (u32, u32)) -> Option<(u32, u32)> {
        self.properties(item).try_fold(stored, |size, (kind, content)| transform::resized(size, kind, content))
    }

    /// Fails unless all of the item is there.
    fn check_present(&self, item: u32, file: usize) -> Result<(), ConvertError> {
        let Some(place) = self.places.get(&item) else {
            // Derived from others, it has no data of its own.
            return if self.kinds.get(&item) == Some(b"iden") { Ok(()) } else { Err(damaged()) };
        };
        let end = match place.method {
            0 => file,
            1 => self.idat.len(),
            _ => return Err(ConvertError::Unsupported(FORMAT, "items that lie in others")),
        };
        let inside = |extent: &Extent| extent.offset.checked_add(extent.length).is_some_and(|at| at <= end as u64);
        if place.extents.iter().all(inside) { Ok(()) } else { Err(ConvertError::Truncated(FORMAT)) }
    }

    /// The bytes of a small item. `None` if it is not there, or large.
    fn content(&self, item: u32, file: &[u8]) -> Option<Vec<u8>> {
        let place = self.places.get(&item)?;
        let within = match place.method {
            0 => file,
            1 => self.idat,
            _ => return None,
        };
        let mut content = Vec::new();
        for extent in &place.extents {
            let start = usize::try_from(extent.offset).ok()?;
            let length = usize::try_from(extent.length).ok()?;
            let rest = within.get(start..)?;
            // No length means all that is left.
            let part = if length == 0 { rest } else { rest.get(..length)? };
            if content.len() + part.len() > MAX_BLOCK {
                return None;
            }
            content.extend_from_slice(part);
        }
        Some(content)
    }
}
