//! How an edit's wishes differ from what is there, and what puts a change back.

use super::{EditChange, PictureFields, Semantic, SequenceFields, TagEdits, Wish};

/// What would change.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Difference<F> {
    /// What of it was.
    pub was: F,
    /// What it becomes.
    pub became: F,
    /// Values that are wanted and stay, because not what was expected is there.
    pub others: Vec<&'static str>,
}

/// A value as it is, as it is wanted, and as it is expected to be.
type Three<'v, T> = [Option<&'v T>; 3];

/// A value before and after, if it changes.
fn differing<T: Clone + PartialEq>(
    name: &'static str,
    [now, wanted, expected]: Three<'_, T>,
    others: &mut Vec<&'static str>,
) -> (Option<T>, Option<T>) {
    if wanted.is_none() || wanted == now {
        return (None, None);
    }
    if expected.is_some() && expected != now {
        others.push(name);
        return (None, None);
    }
    (now.cloned(), wanted.cloned())
}

/// The value of the same name in three structures.
macro_rules! three {
    ($field:ident of $now:ident, $wanted:ident, $expected:ident) => {
        [$now.$field.as_ref(), $wanted.$field.as_ref(), $expected.and_then(|expected| expected.$field.as_ref())]
    };
}

impl PictureFields {
    /// What changes if a picture that is so is to be as it is wanted, where what is `expected` is still there. Of tags
    /// nothing is said.
    pub fn becoming(&self, wanted: &Self, expected: Option<&Self>) -> Difference<Self> {
        let mut difference = Difference::<Self>::default();
        let Difference { was, became, others } = &mut difference;
        (was.heading, became.heading) = differing("heading", three!(heading of self, wanted, expected), others);
        (was.pose, became.pose) = differing("pose", three!(pose of self, wanted, expected), others);
        (was.position, became.position) = differing("position", three!(position of self, wanted, expected), others);
        (was.capture, became.capture) = differing("time", three!(capture of self, wanted, expected), others);
        (was.visibility, became.visibility) =
            differing("visibility", three!(visibility of self, wanted, expected), others);
        (was.rights, became.rights) = differing("license", three!(rights of self, wanted, expected), others);
        (was.rank, became.rank) = differing("order", three!(rank of self, wanted, expected), others);
        difference
    }
}

impl SequenceFields {
    /// As of a picture.
    pub fn becoming(&self, wanted: &Self, expected: Option<&Self>) -> Difference<Self> {
        let mut difference = Difference::<Self>::default();
        let Difference { was, became, others } = &mut difference;
        (was.title, became.title) = differing("title", three!(title of self, wanted, expected), others);
        (was.visibility, became.visibility) =
            differing("visibility", three!(visibility of self, wanted, expected), others);
        (was.sorted_by, became.sorted_by) = differing("order", three!(sorted_by of self, wanted, expected), others);
        difference
    }
}

impl EditChange {
    /// What would put it back.
    pub fn backwards(self) -> Wish {
        let tags = |was: &mut Option<Vec<Semantic>>, became: &mut Option<Vec<Semantic>>| TagEdits {
            add: was.take().unwrap_or_default(),
            remove: became.take().unwrap_or_default(),
        };
        match self {
            Self::Picture { id, mut was, mut became } => {
                let tags = tags(&mut was.semantics, &mut became.semantics);
                Wish::Picture { id, set: was, tags, expected: Some(became) }
            }
            Self::Sequence { id, mut was, mut became } => {
                let tags = tags(&mut was.semantics, &mut became.semantics);
                Wish::Sequence { id, set: was, tags, expected: Some(became) }
            }
            Self::Annotation { id, picture, was: Some(marked), became: None } => Wish::Mark { id, picture, marked },
            Self::Annotation { id, picture, was: None, .. } => Wish::Unmark { id, picture },
            Self::Annotation { id, picture, was: Some(was), became: Some(became) } => {
                let without = |tags: &[Semantic], others: &[Semantic]| {
                    tags.iter().filter(|tag| !others.contains(tag)).cloned().collect()
                };
                let remove = without(&became.semantics, &was.semantics);
                let add = without(&was.semantics, &became.semantics);
                Wish::Retag { id, picture, tags: TagEdits { add, remove } }
            }
        }
    }
}
