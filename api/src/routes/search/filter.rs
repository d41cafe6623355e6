//! Filters over tags, in the subset of CQL2 text that Panoramax clients send.
//!
//! Pictures have no tags here. So a condition that asks for a tag of a picture selects nothing, and that is all that has
//! to be known of it; what could select something without a tag, or asks for anything else, is refused.

use crate::{ApiError, ApiResult};

/// Longest filter that is read, bytes.
const LONGEST: usize = 4096;

/// Deepest nesting of brackets.
const DEEPEST: usize = 20;

/// Accepts a filter that asks for tags, which no picture has.
pub(super) fn asks_for_tags_only(text: &str) -> ApiResult<()> {
    let refuse = || {
        ApiError::bad_request(
            "`filter` may only ask for tags, such as \"semantics.osm|traffic_sign\"='stop' or \"semantics\" IS NOT NULL, \
             joined by AND and OR",
        )
    };
    if text.len() > LONGEST {
        return Err(refuse());
    }
    let tokens = tokens(text).ok_or_else(refuse)?;
    let mut rest = tokens.as_slice();
    alternatives(&mut rest, 0).filter(|()| rest.is_empty()).ok_or_else(refuse)
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    /// A keyword in capitals, or a sign.
    Word(String),
    /// A property that holds tags.
    Tags,
    /// Text in single quotes.
    Text,
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '"' => {
                let (name, rest) = rest[1..].split_once('"')?;
                tokens.push(tags(name)?);
                rest
            }
            '\'' => {
                tokens.push(Token::Text);
                behind_text(&rest[1..])?
            }
            '(' | ')' | ',' | '=' => {
                tokens.push(Token::Word(first.to_string()));
                &rest[1..]
            }
            _ => {
                let end = rest.find(|c: char| c.is_whitespace() || "()=,'\"<>!".contains(c)).unwrap_or(rest.len());
                let (word, rest) = rest.split_at(end);
                let upper = word.to_ascii_uppercase();
                let keyword = matches!(&*upper, "AND" | "OR" | "IN" | "IS" | "NOT" | "NULL");
                tokens.push(if keyword { Token::Word(upper) } else { tags(word)? });
                rest
            }
        }
        .trim_start();
    }
    Some(tokens)
}

fn tags(name: &str) -> Option<Token> {
    let of_a_key = name.strip_prefix("semantics.").is_some_and(|key| !key.is_empty());
    (name == "semantics" || of_a_key).then_some(Token::Tags)
}

/// What follows the closing quote; two quotes stand for one.
fn behind_text(mut rest: &str) -> Option<&str> {
    loop {
        let (_, behind) = rest.split_once('\'')?;
        match behind.strip_prefix('\'') {
            Some(more) => rest = more,
            None => return Some(behind),
        }
    }
}

fn take(rest: &mut &[Token], wanted: &str) -> Option<()> {
    match rest.split_first() {
        Some((Token::Word(word), more)) if word == wanted => {
            *rest = more;
            Some(())
        }
        _ => None,
    }
}

fn take_text(rest: &mut &[Token]) -> Option<()> {
    let (Token::Text, more) = rest.split_first()? else { return None };
    *rest = more;
    Some(())
}

/// Conditions joined by AND and OR: if none of them selects anything, neither does the whole.
fn alternatives(rest: &mut &[Token], depth: usize) -> Option<()> {
    condition(rest, depth)?;
    while take(rest, "AND").or_else(|| take(rest, "OR")).is_some() {
        condition(rest, depth)?;
    }
    Some(())
}

fn condition(rest: &mut &[Token], depth: usize) -> Option<()> {
    if take(rest, "(").is_some() {
        if depth >= DEEPEST {
            return None;
        }
        alternatives(rest, depth + 1)?;
        return take(rest, ")");
    }
    let (Token::Tags, more) = rest.split_first()? else { return None };
    *rest = more;
    if take(rest, "=").is_some() {
        return take_text(rest);
    }
    if take(rest, "IS").is_some() {
        take(rest, "NOT")?;
        return take(rest, "NULL");
    }
    take(rest, "IN")?;
    take(rest, "(")?;
    take_text(rest)?;
    while take(rest, ",").is_some() {
        take_text(rest)?;
    }
    take(rest, ")")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_for_tags() {
        for filter in [
            "\"semantics\" IS NOT NULL",
            "semantics is not null",
            "\"semantics.osm|traffic_sign\" IS NOT NULL",
            "\"semantics.osm|traffic_sign\" IN ('stop','yield')",
            "semantics.transport='car'",
            "(semantics.a = 'it''s' OR semantics.b IN ('x')) AND \"semantics.c\" IS NOT NULL",
        ] {
            assert!(asks_for_tags_only(filter).is_ok(), "{filter}");
        }
    }

    #[test]
    fn what_does_not() {
        for filter in [
            "",
            "foo = 1",
            "semantics",
            "semantics IS NULL",
            "NOT semantics IS NOT NULL",
            "semantics.a <> 'b'",
            "semantics.a = 'b",
            "semantics. = 'b'",
            "semantics.a IN ()",
            "semantics.a = 'b' OR updated > '2020'",
            "semantics.a = 'b') OR (semantics.a = 'c'",
            "\"semantics.a",
            "é",
            &"(".repeat(2000),
            &format!("semantics.a = '{}'", "x".repeat(5000)),
        ] {
            assert!(asks_for_tags_only(filter).is_err(), "{filter}");
        }
    }
}
