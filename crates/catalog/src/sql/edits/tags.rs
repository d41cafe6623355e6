//! What becomes of a list of tags.

use super::Refusal;
use crate::model::{MOST_TAGS, Semantic, TagEdits};

/// A list of tags, and how it came about.
pub struct Retagged {
    /// What it is now.
    pub tags: Vec<Semantic>,
    /// What came.
    pub added: Vec<Semantic>,
    /// What went.
    pub removed: Vec<Semantic>,
}

impl Retagged {
    pub fn is_changed(&self) -> bool {
        !(self.added.is_empty() && self.removed.is_empty())
    }
}

/// Takes tags away and adds others, in this order. What is not there cannot be taken away, and is passed over; what is there
/// already is refused if `strict`.
pub fn retag(before: &[Semantic], edits: &TagEdits, strict: bool) -> Result<Retagged, Refusal> {
    let left: Vec<&Semantic> = before.iter().filter(|tag| !edits.remove.contains(tag)).collect();
    let is_there = |(at, tag): (usize, &Semantic)| left.contains(&tag) || edits.add[..at].contains(tag);
    if strict && let Some(at) = edits.add.iter().enumerate().position(is_there) {
        return Err(Refusal::TagExists(edits.add[at].clone()));
    }
    let mut tags = before.to_vec();
    edits.apply(&mut tags);
    if tags.len() > MOST_TAGS && tags.len() > left.len() {
        return Err(Refusal::TooMany);
    }
    // What goes and comes back stays.
    let removed = before.iter().filter(|tag| !tags.contains(tag)).cloned().collect();
    let added = tags.iter().filter(|tag| !before.contains(tag)).cloned().collect();
    Ok(Retagged { tags, added, removed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Vec<Semantic> {
        let tag = |pair: &str| {
            let (key, value) = pair.split_once('=').unwrap();
            Semantic { key: key.to_owned(), value: value.to_owned() }
        };
        text.split_whitespace().map(tag).collect()
    }

    fn edited(before: &str, remove: &str, add: &str) -> (Vec<Semantic>, Vec<Semantic>, Vec<Semantic>) {
        let edits = TagEdits { add: tags(add), remove: tags(remove) };
        let done = retag(&tags(before), &edits, false).unwrap_or_else(|_| panic!("refused"));
        (done.tags, done.removed, done.added)
    }

    #[test]
    fn tags_go_before_others_come() {
        assert_eq!(edited("a=1 b=2", "a=1", "a=2"), (tags("b=2 a=2"), tags("a=1"), tags("a=2")));
        assert_eq!(edited("a=1", "a=2", ""), (tags("a=1"), vec![], vec![]), "the value counts, too");
        assert_eq!(edited("a=1", "a=1", "a=1"), (tags("a=1"), vec![], vec![]));
        assert_eq!(edited("", "", "a=1 a=2 a=1"), (tags("a=1 a=2"), vec![], tags("a=1 a=2")));
    }

    #[test]
    fn there_is_an_end() {
        let numbered = |number: usize| Semantic { key: "k".to_owned(), value: number.to_string() };
        let edits = TagEdits { add: (0..=MOST_TAGS).map(numbered).collect(), remove: Vec::new() };
        assert!(matches!(retag(&[], &edits, false), Err(Refusal::TooMany)));
        let twice = TagEdits { add: tags("a=1"), remove: Vec::new() };
        assert!(matches!(retag(&tags("a=1"), &twice, true), Err(Refusal::TagExists(_))));
    }
}
