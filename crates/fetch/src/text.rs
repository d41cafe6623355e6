//! Text for people: what strangers wrote made harmless, and numbers of bytes.

/// Most characters of a stranger's text that are shown.
const MOST_SHOWN: usize = 400;

/// A stranger's text, fit for a terminal: without control characters, which could move its cursor or change its title, without
/// those that reverse the direction of writing, and not too long.
pub fn shown(text: &str) -> String {
    let mut out = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == MOST_SHOWN {
            out.push('…');
            break;
        }
        let reverses = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if character.is_control() || reverses {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

/// A number of bytes for people, such as `3.2 GB`: decimal units, as disks and networks are sold by.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let mut value = count as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// Reads a number of bytes: `1500`, `20M`, `20MB` (decimal) or `20MiB` (binary).
///
/// # Errors
/// A sentence that says what is expected.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let refuse = || format!("`{text}` has to be a number of bytes, such as 500000, 200MB, 1.5GB or 2GiB");
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().map_err(|_| refuse())?;
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "t" | "tb" => 1_000_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        _ => return Err(refuse()),
    };
    let value = number * factor as f64;
    if (0.0..9e18).contains(&value) { Ok(value.round() as u64) } else { Err(refuse()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_cannot_write_to_the_terminal() {
        assert_eq!(shown("a\x1b[2Jb\nc\u{202e}d\u{9b}"), "a\\u{1b}[2Jb\\u{a}c\\u{202e}d\\u{9b}");
        assert_eq!(shown("Ŝtrato 東京"), "Ŝtrato 東京");
        assert_eq!(shown(&"x".repeat(500)).chars().count(), MOST_SHOWN + 1);
    }

    #[test]
    fn bytes_are_told_and_read() {
        let told: Vec<String> = [0, 999, 1000, 1_550_000, 999_999, 3_200_000_000].map(bytes).into();
        assert_eq!(told, ["0 B", "999 B", "1.0 kB", "1.6 MB", "1.0 MB", "3.2 GB"]);
        for (text, count) in
            [("0", 0), ("1500", 1500), ("20M", 20_000_000), ("1.5 GB", 1_500_000_000), ("2GiB", 2 << 30)]
        {
            assert_eq!(parse_bytes(text), Ok(count), "{text}");
        }
        for bad in ["", "GB", "-1", "1.2.3", "5 apples", "99999999TB"] {
            assert!(parse_bytes(bad).is_err(), "{bad}");
        }
    }
}
