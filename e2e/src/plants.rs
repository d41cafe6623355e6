//! Everything private that a camera can hide in a file, as byte patterns that are easy to find again.

use crate::{Exif, Photo, Placement, gpano};

/// One pattern for each hiding place. None may ever leave the server, or stay on it.
pub const PATTERNS: [&str; 14] = [
    "LEAK-THUMBNAIL-PIXELS",
    "LEAK-MAKER-NOTE",
    "LEAK-USER-COMMENT",
    "LEAK-OWNER-NAME",
    "LEAK-BODY-SERIAL",
    "LEAK-LENS-SERIAL",
    "LEAK-IMAGE-UNIQUE-ID",
    "LEAK-XP-COMMENT",
    "LEAK-XMP-PROPERTY",
    "LEAK-EXTENDED-XMP",
    "LEAK-IPTC",
    "LEAK-JPEG-COMMENT",
    "LEAK-MPF-PREVIEW",
    "LEAK-TRAILER",
];

/// A photo with something in every hiding place; `spherical` makes it a whole sphere.
pub fn plant(photo: &Photo, placement: Placement, spherical: bool) -> Vec<u8> {
    let (width, height) = photo.size();
    let preview = |pattern: &str| {
        let mut jpeg = Photo::textured(64, 48, 7).jpeg();
        insert(&mut jpeg, 0xfe, pattern.as_bytes());
        jpeg
    };
    let mut exif = Exif::new(Some(placement));
    exif.thumbnail(preview("LEAK-THUMBNAIL-PIXELS"));
    exif.photo_bytes(0x927c, &[b"Flaneur\0".as_slice(), b"LEAK-MAKER-NOTE", &preview("LEAK-MAKER-NOTE")].concat());
    exif.photo_bytes(0x9286, b"ASCII\0\0\0LEAK-USER-COMMENT");
    exif.photo_text(0xa430, "LEAK-OWNER-NAME");
    exif.photo_text(0xa431, "LEAK-BODY-SERIAL");
    exif.photo_text(0xa435, "LEAK-LENS-SERIAL");
    exif.photo_text(0xa420, "LEAK-IMAGE-UNIQUE-ID");
    exif.main_text(0x9c9c, "LEAK-XP-COMMENT");

    let mut jpeg = photo.jpeg();
    let whole = if spherical {
        gpano(width, height, 0.0, "<dc:description>LEAK-XMP-PROPERTY</dc:description>")
    } else {
        r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description>LEAK-XMP-PROPERTY</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"#.to_owned()
    };
    // Segments are put in front one by one, so the last is the first in the file: EXIF, as cameras write it.
    insert(&mut jpeg, 0xfe, b"LEAK-JPEG-COMMENT");
    insert(&mut jpeg, 0xed, b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x0e\x1c\x02\x78\0\x09LEAK-IPTC");
    let extended = [
        b"http://ns.adobe.com/xmp/extension/\0".as_slice(),
        b"0123456789ABCDEF0123456789ABCDEF",
        &17_u32.to_be_bytes(),
        &0_u32.to_be_bytes(),
        b"LEAK-EXTENDED-XMP",
    ];
    insert(&mut jpeg, 0xe1, &extended.concat());
    insert(&mut jpeg, 0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", whole.as_bytes()].concat());
    let second = preview("LEAK-MPF-PREVIEW");
    insert(&mut jpeg, 0xe2, &multi_picture_index(second.len() as u32));
    insert(&mut jpeg, 0xe1, &exif.build());
    jpeg.extend(second);
    jpeg.extend(b"\0\0trailer of a motion photo: LEAK-TRAILER");
    jpeg
}

/// Puts a segment right after the start of the image. Panics if its content is longer than 65533 bytes.
pub fn insert(jpeg: &mut Vec<u8>, marker: u8, content: &[u8]) {
    let length = u16::try_from(content.len() + 2).expect("a segment holds 65533 bytes");
    let segment = [&[0xff, marker], length.to_be_bytes().as_slice(), content].concat();
    jpeg.splice(2..2, segment);
}

/// The index of CIPA DC-007 (Multi-Picture Format) for two pictures, the second of `size` bytes.
fn multi_picture_index(size: u32) -> Vec<u8> {
    let mut out = b"MPF\0II*\0\x08\0\0\0\x03\0".to_vec();
    let mut entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(value);
    };
    entry(0xb000, 7, 4, *b"0100");
    entry(0xb001, 4, 1, 2_u32.to_le_bytes());
    entry(0xb002, 7, 32, 50_u32.to_le_bytes());
    out.extend(0_u32.to_le_bytes());
    for (attribute, size) in [(0x2003_0000_u32, 0), (0x0001_0001, size)] {
        out.extend(attribute.to_le_bytes());
        out.extend(size.to_le_bytes());
        out.extend([0; 8]);
    }
    out
}
