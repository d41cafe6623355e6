//! Reads the listed properties out of an XMP packet (ISO 16684-1, RDF/XML serialisation).
//!
//! Plain XML only: a document type declaration refuses the packet, so no entity is ever expanded but
//! the five predefined ones and character references. Properties are found by namespace, not by
//! prefix, written as attributes or as elements, only directly below an `rdf:Description`: a structure's
//! fields are no properties of the image.

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

use crate::doubt::Doubt;
use crate::exiv2::{self, Schema};
use crate::tags::Tags;
use crate::text;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
/// Bytes of a packet; a JPEG segment holds at most 65533.
const MAX_PACKET: usize = 1 << 20;
/// Nested elements.
const MAX_DEPTH: usize = 32;
/// Elements, attributes and pieces of text.
const MAX_EVENTS: usize = 20_000;
/// Bytes of one property's text that are gathered.
const MAX_TEXT: usize = 1024;

/// Reads the packets into `tags`; a packet that is refused leaves a doubt and what was read before it.
pub(crate) fn read_packets(packets: &[&[u8]], tags: &mut Tags, doubts: &mut Vec<Doubt>) {
    for packet in packets {
        if let Err(why) = read_packet(packet, tags) {
            doubts.push(Doubt::XmpRefused(why));
        }
    }
}

/// An element that is open.
enum Frame {
    /// `x:xmpmeta` and `rdf:RDF`, around the descriptions.
    Wrapper,
    /// `rdf:Description`: holds properties.
    Description,
    /// A listed property whose text is gathered.
    Property { name: String, text: String, full: bool },
    /// `rdf:Seq`, `rdf:Bag` or `rdf:Alt` in a property.
    List,
    /// `rdf:li` in a list.
    Item,
    /// Anything else; nothing in it is read.
    Other,
}

fn read_packet(packet: &[u8], tags: &mut Tags) -> Result<(), &'static str> {
    if packet.len() > MAX_PACKET {
        return Err("it is too large");
    }
    let packet = std::str::from_utf8(packet).map_err(|_| "it is not UTF-8")?;
    // Packets are padded, now and then with NULs, and some writers begin with a byte order mark.
    let packet = packet.trim_matches(|c: char| c == '\0' || c == '\u{FEFF}' || c.is_whitespace());
    let mut reader = NsReader::from_str(packet);
    reader.config_mut().check_end_names = true;
    let mut open: Vec<Frame> = Vec::new();
    for _ in 0..MAX_EVENTS {
        match reader.read_event().map_err(|_| "it is not well-formed XML")? {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err("its elements are nested too deep");
                }
                let frame = enter(&reader, &start, open.last(), tags)?;
                open.push(frame);
            }
            Event::Empty(start) => {
                enter(&reader, &start, open.last(), tags)?;
            }
            Event::End(_) => leave(&mut open, tags),
            Event::Text(part) => gather(&mut open, &part),
            Event::CData(part) => gather(&mut open, &part),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|_| "it holds a bad character")?;
                match character {
                    Some(c) => gather(&mut open, c.encode_utf8(&mut [0; 4])),
                    None => match resolve_predefined_entity(&reference) {
                        Some(known) => gather(&mut open, known),
                        None => return Err("it uses an entity, which is not supported"),
                    },
                }
            }
            Event::DocType(_) => return Err("it declares a document type, which is not supported"),
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
        }
    }
    Err("it has too many elements")
}

/// What the element is, given the one around it; reads the attributes of a description.
fn enter(
    reader: &NsReader<&[u8]>,
    start: &BytesStart<'_>,
    parent: Option<&Frame>,
    tags: &mut Tags,
) -> Result<Frame, &'static str> {
    let (resolved, local) = reader.resolver().resolve_element(start.name());
    let rdf = uri(&resolved) == RDF;
    let local = local.into_inner();
    Ok(match parent {
        None | Some(Frame::Wrapper) if rdf && local == "Description" => {
            read_attributes(reader, start, tags)?;
            Frame::Description
        }
        None => Frame::Wrapper,
        Some(Frame::Wrapper) if rdf && local == "RDF" => Frame::Wrapper,
        Some(Frame::Description) => match listed(uri(&resolved), local) {
            Some((schema, property)) => {
                Frame::Property { name: full_name(schema, property), text: String::new(), full: false }
            }
            None => Frame::Other,
        },
        Some(Frame::Property { .. }) if rdf && matches!(local, "Seq" | "Bag" | "Alt") => Frame::List,
        Some(Frame::List) if rdf && local == "li" => Frame::Item,
        Some(_) => Frame::Other,
    })
}

/// Closes the innermost element: a property is kept, an item's end stops the gathering, so that the
/// first item of a list is its value.
fn leave(open: &mut Vec<Frame>, tags: &mut Tags) {
    match open.pop() {
        Some(Frame::Property { name, text, .. }) => {
            tags.offer(&name, text::clean(&text, text::MAX_CHARS));
        }
        Some(Frame::Item) => {
            if let Some(Frame::Property { text, full, .. }) = open.iter_mut().rev().nth(1) {
                *full = !text.trim().is_empty();
            }
        }
        _ => {}
    }
}

/// Adds text to the property it stands in, directly or as an item of its list.
fn gather(open: &mut [Frame], part: &str) {
    let ([.., property @ Frame::Property { .. }] | [.., property, Frame::List, Frame::Item]) = open else {
        return;
    };
    if let Frame::Property { text, full: false, .. } = property
        && text.len() + part.len() <= MAX_TEXT
    {
        text.push_str(part);
    }
}

fn read_attributes(reader: &NsReader<&[u8]>, start: &BytesStart<'_>, tags: &mut Tags) -> Result<(), &'static str> {
    // The check for duplicates is quadratic; the first value of a name is kept anyway.
    for attribute in start.attributes().with_checks(false).take(MAX_EVENTS) {
        let attribute = attribute.map_err(|_| "it has a malformed attribute")?;
        let (resolved, local) = reader.resolver().resolve_attribute(attribute.key);
        if let Some((schema, property)) = listed(uri(&resolved), local.into_inner()) {
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|_| "it uses an entity, which is not supported")?;
            tags.offer(&full_name(schema, property), text::clean(&value, text::MAX_CHARS));
        }
    }
    Ok(())
}

fn uri<'a>(resolved: &ResolveResult<'a>) -> &'a str {
    match resolved {
        ResolveResult::Bound(Namespace(uri)) => uri,
        _ => "",
    }
}

fn listed(namespace: &str, local: &str) -> Option<(&'static Schema, &'static str)> {
    let schema = exiv2::XMP.iter().find(|schema| schema.namespace == namespace)?;
    let property = schema.properties.iter().find(|&&property| property == local)?;
    Some((schema, property))
}

fn full_name(schema: &Schema, property: &str) -> String {
    format!("Xmp.{}.{property}", schema.prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(packet: &str) -> (Tags, Vec<Doubt>) {
        let (mut tags, mut doubts) = (Tags::default(), Vec::new());
        read_packets(&[packet.as_bytes()], &mut tags, &mut doubts);
        (tags, doubts)
    }

    const OPEN: &str =
        r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">"#;
    const CLOSE: &str = "</rdf:RDF></x:xmpmeta>";

    #[test]
    fn attributes_and_elements_are_found_by_namespace() {
        let (tags, doubts) = read(&format!(
            r#"<?xpacket begin=""?>{OPEN}<rdf:Description rdf:about=""
                xmlns:g="http://ns.google.com/photos/1.0/panorama/" g:ProjectionType="equirectangular"
                xmlns:GPano="urn:else" GPano:PoseHeadingDegrees="1">
                <g:FullPanoWidthPixels>57&#54;0</g:FullPanoWidthPixels></rdf:Description>{CLOSE}"#
        ));
        assert_eq!(tags.get("Xmp.GPano.ProjectionType"), Some("equirectangular"));
        assert_eq!(tags.get("Xmp.GPano.FullPanoWidthPixels"), Some("5760"));
        assert_eq!(tags.get("Xmp.GPano.PoseHeadingDegrees"), None);
        assert_eq!(doubts, []);
    }

    #[test]
    fn lists_give_their_first_item_and_structures_nothing() {
        let (tags, _) = read(&format!(
            r#"{OPEN}<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:q="urn:q">
                <dc:creator><rdf:Seq><rdf:li>Zoë &amp; Co</rdf:li><rdf:li>B</rdf:li></rdf:Seq></dc:creator>
                <q:derived><rdf:Description><dc:rights>no</dc:rights></rdf:Description></q:derived>
                <q:more rdf:parseType="Resource"><dc:rights>no</dc:rights></q:more>
                </rdf:Description>{CLOSE}"#
        ));
        assert_eq!(tags.get("Xmp.dc.creator"), Some("Zoë & Co"));
        assert_eq!(tags.get("Xmp.dc.rights"), None);
    }

    #[test]
    fn entities_are_never_expanded() {
        let packet = format!(
            r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>{OPEN}<rdf:Description
                xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:rights>&e;</dc:rights></rdf:Description>{CLOSE}"#
        );
        let (tags, doubts) = read(&packet);
        assert_eq!(tags.get("Xmp.dc.rights"), None);
        assert!(matches!(doubts[..], [Doubt::XmpRefused(_)]));
        let (_, doubts) = read(&packet[packet.find("]>").unwrap() + 2..]);
        assert_eq!(doubts, [Doubt::XmpRefused("it uses an entity, which is not supported")]);
        let (_, doubts) = read(&format!(
            r#"{OPEN}<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:rights="&e;"/>{CLOSE}"#
        ));
        assert_eq!(doubts, [Doubt::XmpRefused("it uses an entity, which is not supported")]);
    }

    #[test]
    fn depth_is_bounded() {
        let (_, doubts) = read(&"<a>".repeat(10_000));
        assert_eq!(doubts, [Doubt::XmpRefused("its elements are nested too deep")]);
    }
}
