//! Strangers' text made safe to keep: bounded, without control characters.

/// Characters of a value that is kept.
pub(crate) const MAX_CHARS: usize = 256;

/// Text of an EXIF string: up to the first NUL, UTF-8, else Latin-1.
///
/// EXIF says ASCII, but cameras and editors write both (an umlaut in an artist's name, "©").
pub(crate) fn decode(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let bytes = &bytes[..end];
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// The text up to the first NUL, at most `max` bytes of it, not ending within a character of UTF-8.
pub(crate) fn head(bytes: &[u8], max: usize) -> &[u8] {
    let end = bytes.iter().take(max).position(|&byte| byte == 0).unwrap_or_else(|| {
        // A character has at most three bytes behind its first one.
        let is_first = |&at: &usize| bytes.get(at).is_none_or(|byte| byte & 0xC0 != 0x80);
        let max = max.min(bytes.len());
        (max.saturating_sub(3)..=max).rev().find(is_first).unwrap_or(max)
    });
    &bytes[..end]
}

/// Without control and invisible formatting characters, trimmed, at most `max` characters; lines become one.
pub(crate) fn clean(text: &str, max: usize) -> String {
    let spaced = text.trim().chars().map(|c| if matches!(c, '\t' | '\n' | '\r') { ' ' } else { c });
    let kept: String = spaced.filter(|&c| !is_hidden(c)).take(max).collect();
    kept.trim().to_owned()
}

/// [`clean`] at the usual length; `None` when nothing is left.
pub(crate) fn kept(text: &str) -> Option<String> {
    let text = clean(text, MAX_CHARS);
    (!text.is_empty()).then_some(text)
}

/// Control characters, and those that change how the text around them is shown
/// (zero width, bidirectional overrides, byte order mark, replacement character).
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_ends_at_nul_and_falls_back_to_latin_1() {
        assert_eq!(decode(b"GoPro\0secret"), "GoPro");
        assert_eq!(decode("Zoë\0".as_bytes()), "Zoë");
        assert_eq!(decode(b"\xA9 Zo\xEB"), "© Zoë");
    }

    #[test]
    fn a_head_ends_at_nul_or_between_characters() {
        assert_eq!(head(b"GoPro\0secret", 64), b"GoPro");
        assert_eq!(head(b"GoPro", 5), b"GoPro");
        assert_eq!(head(b"GoPro", 2), b"Go");
        assert_eq!(head(b"", 2), b"");
        for text in ["éé", "a€€", "𝄞𝄞", "日本語"] {
            for max in 0..=text.len() {
                let cut = std::str::from_utf8(head(text.as_bytes(), max)).unwrap();
                assert!(text.starts_with(cut) && cut.len() <= max && max - cut.len() < 4, "{text} {max}");
            }
        }
        // What is no UTF-8 is cut at the bound.
        assert_eq!(head(&[0x80; 9], 6), [0x80; 6]);
    }

    #[test]
    fn hidden_characters_go_and_length_is_bounded() {
        assert_eq!(clean(" a\u{7}b\u{202E}c\n ", 10), "abc");
        assert_eq!(clean("Zoë\rA\tB\n", 10), "Zoë A B");
        assert_eq!(clean(&"é".repeat(500), 256).chars().count(), 256);
        assert_eq!(kept(" \u{0} "), None);
    }
}
