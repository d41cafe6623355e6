//! Tags, and the parts of pictures that have some.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AccountId, AnnotationId, PictureId, Semantic};

/// Longest key, bytes.
pub const LONGEST_KEY: usize = 256;
/// Longest value, bytes.
pub const LONGEST_VALUE: usize = 2048;
/// Most tags of one thing.
pub const MOST_TAGS: usize = 100;
/// Most annotations of one picture.
pub const MOST_ANNOTATIONS: usize = 1000;

/// What is to become of the tags of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagEdits {
    /// Tags that it is to have.
    pub add: Vec<Semantic>,
    /// Tags that it is not to have.
    pub remove: Vec<Semantic>,
}

impl TagEdits {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }

    /// Takes tags away and adds others, in this order. What is there already is not added.
    pub fn apply(&self, tags: &mut Vec<Semantic>) {
        tags.retain(|tag| !self.remove.contains(tag));
        for tag in &self.add {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
    }
}

/// A part of a picture that has tags.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// Identifier.
    pub id: AnnotationId,
    /// The picture.
    pub picture: PictureId,
    /// Who made it.
    pub account: AccountId,
    /// Shape and tags.
    pub marked: Marked,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What an annotation says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// A closed ring of (x, y), pixels of the upright picture.
    pub shape: Vec<[i64; 2]>,
    /// Tags.
    pub semantics: Vec<Semantic>,
}
