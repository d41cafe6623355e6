//! CQL2 out of text or JSON, as far as it is short and flat enough.
//!
//! The parser goes down with every bracket and sign, and tries each bracket twice: what it is given is measured first.

use cql2::Expr;
use serde_json::Value;

use crate::{ApiError, ApiResult};

/// Longest text, bytes.
const LONGEST: usize = 4096;

/// Deepest nesting of brackets in text.
const DEEPEST: usize = 8;

/// Deepest nesting of objects and lists in JSON.
const DEEPEST_JSON: usize = 24;

/// Most signs and keywords in text, and members and elements in JSON.
const MOST_SIGNS: usize = 200;
const MOST_NODES: usize = 50_000;

/// Why something is no filter.
pub(super) fn unreadable(reason: &dyn std::fmt::Display) -> ApiError {
    ApiError::bad_request(
        "`filter` can't be read as CQL2, such as \"semantics.osm|traffic_sign\"='stop' AND datetime > \
         TIMESTAMP('2024-05-01T00:00:00Z'): see `details`",
    )
    .because(reason)
}

fn too_large(what: &str) -> ApiError {
    ApiError::bad_request(format!("`filter` is too {what}: ask for less at once"))
}

/// A filter out of text.
pub(super) fn text(text: &str) -> ApiResult<Expr> {
    if text.len() > LONGEST {
        return Err(too_large(&format!("long (at most {LONGEST} bytes)")));
    }
    measure(text)?;
    cql2::parse_text(text).map_err(|error| unreadable(&error))
}

/// Looks at what is outside of quotes.
fn measure(text: &str) -> ApiResult<()> {
    const WORDS: [&str; 7] = ["and", "or", "not", "in", "is", "like", "between"];
    let (mut quote, mut depth, mut signs) = (None, 0usize, 0usize);
    let mut word = String::new();
    for letter in text.chars().chain([' ']) {
        if let Some(open) = quote {
            // Two quotes within quotes end one text and begin another, which is as well.
            if letter == open {
                quote = None;
            }
            continue;
        }
        if letter.is_alphanumeric() || matches!(letter, '_' | '.' | ':') {
            word.push(letter.to_ascii_lowercase());
            continue;
        }
        signs += usize::from(WORDS.contains(&word.as_str()));
        word.clear();
        match letter {
            '\'' | '"' => quote = Some(letter),
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '=' | '<' | '>' | '!' | '+' | '-' | '*' | '/' | '%' | '^' => signs += 1,
            _ => {}
        }
        if depth > DEEPEST {
            return Err(too_large(&format!("deep (at most {DEEPEST} brackets within each other)")));
        }
        if signs > MOST_SIGNS {
            return Err(too_large(&format!("long (at most {MOST_SIGNS} signs and keywords)")));
        }
    }
    Ok(())
}

/// A filter out of JSON.
pub(super) fn json(value: &Value) -> ApiResult<Expr> {
    if !value.is_object() {
        return Err(unreadable(&"a filter in JSON is an object"));
    }
    let mut left = MOST_NODES;
    if !fits(value, DEEPEST_JSON, &mut left) {
        return Err(too_large("large"));
    }
    Expr::try_from(value.clone()).map_err(|error| unreadable(&error))
}

fn fits(value: &Value, depth: usize, left: &mut usize) -> bool {
    let Some(rest) = left.checked_sub(1) else { return false };
    *left = rest;
    let mut within = |value: &Value| depth > 0 && fits(value, depth - 1, left);
    match value {
        Value::Array(all) => all.iter().all(&mut within),
        Value::Object(all) => all.values().all(&mut within),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each of these would take hours, or more stack than there is, if it were not measured first.
    #[test]
    fn whatever_is_sent_comes_to_an_end_on_a_small_stack() {
        let deep = |open: &str, close: &str, within: &str| {
            format!("{}{within}{}", open.repeat(DEEPEST), close.repeat(DEEPEST))
        };
        let long = "a = 'b' OR ".repeat(60);
        let mut worst = vec![
            "-".repeat(4000) + "1",
            "NOT ".repeat(1000) + "a",
            "a=".repeat(2000) + "1",
            "(".repeat(4000),
            "f(".repeat(1000),
            "a IN (".repeat(DEEPEST),
            deep("(", ")", "a="),
            deep("(", ")", &long),
            deep("a IN (", ")", &long),
            deep("f(", ")", &long),
            deep("(NOT ", ")", &long),
            "NOT ".repeat(MOST_SIGNS) + "a",
            "a=".repeat(MOST_SIGNS) + "1",
            "-".repeat(MOST_SIGNS) + "1",
            "a BETWEEN ".repeat(MOST_SIGNS),
            "a or ".repeat(MOST_SIGNS) + "b",
            format!("a IN ('{}", "x','".repeat(1000)),
            "'".repeat(4001),
            "\"".repeat(4001),
            "POLYGON((".to_owned() + &"1 1,".repeat(1000),
        ];
        worst.extend((1..=DEEPEST).map(|many| format!("{}{}", "(a,".repeat(many), "b)".repeat(many))));
        // Half as much as a thread of the server has.
        let reader = std::thread::Builder::new().stack_size(1 << 20).spawn(move || {
            for filter in worst {
                drop(text(&filter));
            }
        });
        reader.unwrap().join().unwrap();
    }

    #[test]
    fn json_is_bounded() {
        let mut deep = serde_json::json!({"op": "isNull", "args": [{"property": "id"}]});
        assert!(json(&deep).is_ok());
        for _ in 0..DEEPEST_JSON {
            deep = serde_json::json!({"op": "not", "args": [deep]});
        }
        assert!(json(&deep).unwrap_err().message().contains("too large"));
        let long = serde_json::json!({"op": "in", "args": [{"property": "id"}, vec!["x"; MOST_NODES]]});
        assert!(json(&long).unwrap_err().message().contains("too large"));
    }
}
