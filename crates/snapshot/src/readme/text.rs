//! Markdown and YAML of texts that strangers wrote, and numbers for people.

use crate::tally::{Ranking, Share};

/// Longest text of a stranger that is told, characters.
const LONGEST: usize = 200;
/// Longest text that is told as code, characters.
const LONGEST_CODE: usize = 100;

/// Punctuation that means nothing in the middle of a line.
const HARMLESS: &str = ",'\"/;?%-+=";

/// A stranger's text in the middle of a line of Markdown: on one line, and nothing in it is more than text.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars().take(LONGEST) {
        match character {
            c if c.is_control() || is_reversing(c) => out.push(' '),
            // Without which it would become a link.
            '.' if !out.to_ascii_lowercase().ends_with("www") => out.push('.'),
            c if c.is_ascii_punctuation() && !HARMLESS.contains(c) => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

fn is_reversing(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A stranger's text as code.
pub(super) fn code(text: &str) -> String {
    let odd = |c: char| matches!(c, '`' | '|') || c.is_control() || is_reversing(c);
    let mut out: String = text.chars().take(LONGEST_CODE).map(|c| if odd(c) { ' ' } else { c }).collect();
    if text.chars().nth(LONGEST_CODE).is_some() {
        out.push('…');
    }
    format!("`{out}`")
}

/// A text in YAML: JSON's texts are YAML's.
pub(super) fn yaml(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A text in BibTeX.
pub(super) fn bibtex(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars().take(LONGEST) {
        match character {
            '\\' | '{' | '}' | '`' | '~' | '^' => out.push(' '),
            '#' | '$' | '%' | '&' | '_' => {
                out.push('\\');
                out.push(character);
            }
            c if c.is_control() || is_reversing(c) => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A number with a comma between thousands.
pub(super) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// How many of all; an empty whole has no parts.
pub(super) fn percent(count: u64, of: u64) -> String {
    match count as f64 * 100.0 / of as f64 {
        share if share.is_nan() => "–".to_owned(),
        share if count > 0 && share < 0.05 => "< 0.1 %".to_owned(),
        share if count < of && share >= 99.95 => "> 99.9 %".to_owned(),
        share => format!("{share:.1} %"),
    }
}

/// A table.
pub(super) fn table(heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let mut out = line(&heads);
    out.push_str(&line(&vec!["---".to_owned(); heads.len()]));
    out.extend(rows.into_iter().map(|row| line(&row)));
    out
}

/// A table of what comes how often, of so many.
pub(super) fn shares(heads: [&str; 2], shares: &[Share], of: u64) -> String {
    let row = |share: &Share| vec![plain(&share.name), number(share.count), percent(share.count, of)];
    table(&[heads[0], heads[1], "share"], shares.iter().map(row))
}

/// A table of what comes most often, with what is not in it.
pub(super) fn ranking(heads: [&str; 2], ranking: &Ranking, of: u64) -> String {
    if ranking.top.is_empty() {
        return "None.\n".to_owned();
    }
    let mut all = ranking.top.clone();
    if ranking.others > 0 {
        all.push(Share { name: "others".to_owned(), count: ranking.others });
    }
    shares(heads, &all, of)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_for_people() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!((percent(0, 7).as_str(), percent(7, 7).as_str(), percent(0, 0).as_str()), ("0.0 %", "100.0 %", "–"));
        assert_eq!((percent(1, 1_000_000).as_str(), percent(999_999, 1_000_000).as_str()), ("< 0.1 %", "> 99.9 %"));
    }

    #[test]
    fn addresses_of_strangers_are_no_links() {
        assert_eq!(
            plain("see http://x.org, WWW.x.org or a@x.org; CC-BY 4.0"),
            "see http\\://x.org, WWW\\.x.org or a\\@x.org; CC-BY 4.0"
        );
        assert_eq!(plain(" a|b\n# c "), "a\\|b \\# c");
    }

    proptest! {
        #[test]
        fn strangers_write_no_markdown(text in ".{0,60}") {
            let told = plain(&text);
            prop_assert!(!told.contains('\n'));
            let mut characters = told.chars();
            while let Some(character) = characters.next() {
                if character == '\\' {
                    prop_assert!(characters.next().is_some_and(|next| next.is_ascii_punctuation()));
                } else {
                    prop_assert!(!"|<>[]()*_`#!&{}~$@:^".contains(character), "{}", told);
                }
            }
            let coded = code(&text);
            prop_assert!(!coded[1..coded.len() - 1].chars().any(|c| matches!(c, '`' | '|' | '\n')), "{}", coded);
            prop_assert_eq!(serde_json::from_str::<String>(&yaml(&text)).unwrap(), text.clone());
            let cited = bibtex(&text);
            prop_assert!(!cited.chars().any(|c| matches!(c, '{' | '}' | '\n')), "{}", cited);
        }
    }
}
