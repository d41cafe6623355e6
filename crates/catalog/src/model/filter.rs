//! Conditions over what pictures and sequences are, as a client may put them together.

use jiff::Timestamp;
use uuid::Uuid;

/// A condition over properties `P`. Where a property is unknown, a comparison is neither true nor false, and nor is its
/// opposite; only what is true is found.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter<P> {
    /// All of these.
    All(Vec<Filter<P>>),
    /// Any of these.
    Any(Vec<Filter<P>>),
    /// The opposite.
    Not(Box<Filter<P>>),
    /// A property compared with a value.
    Compare(P, Comparison, Value),
    /// A property that is one of these values.
    OneOf(P, Vec<Value>),
    /// A property that looks like this. Capital letters count.
    Like(P, Pattern),
    /// A property that is known. Of tags: that there are any.
    Known(P),
}

impl<P> Filter<P> {
    /// The conditions of which each has to hold.
    pub fn conjuncts(&self) -> Vec<&Self> {
        match self {
            Self::All(parts) => parts.iter().flat_map(Self::conjuncts).collect(),
            other => vec![other],
        }
    }

    /// How many conditions it is put together from.
    pub fn terms(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::terms).sum(),
            Self::Not(part) => part.terms(),
            Self::OneOf(_, values) => values.len().max(1),
            Self::Compare(..) | Self::Like(..) | Self::Known(_) => 1,
        }
    }
}

/// How a property is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same.
    Equal,
    /// Another.
    Differs,
    /// Before, or smaller.
    Less,
    /// Not after, or not larger.
    AtMost,
    /// After, or larger.
    Greater,
    /// Not before, or not smaller.
    AtLeast,
}

/// What a property is compared with. Of the kind that the property is of: whoever builds a condition sees to that.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// A time.
    Time(Timestamp),
    /// An identifier.
    Id(Uuid),
}

/// What a text is to look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(pub Vec<PatternPart>);

/// A part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternPart {
    /// This very text.
    Text(String),
    /// One character, whichever.
    One,
    /// Any number of characters.
    Some,
}

/// What is known of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureProperty {
    /// Its identifier.
    Id,
    /// The identifier of its sequence.
    Sequence,
    /// When it was taken.
    CapturedAt,
    /// When it was received.
    CreatedAt,
    /// When anything about it last changed.
    UpdatedAt,
    /// The name of the account it belongs to.
    Account,
    /// The identifier of that account.
    AccountId,
    /// How the scene is laid out, by the name that [`super::Projection`] has.
    Projection,
    /// Manufacturer of the camera.
    Make,
    /// Model of the camera.
    Model,
    /// Horizontal field of view, degrees.
    FieldOfView,
    /// Heading, degrees.
    Heading,
    /// 95 % horizontal accuracy, metres.
    Accuracy,
    /// Its licence, as an SPDX identifier.
    License,
    /// What other catalogs know of theirs, and no picture has, such as how much of it is in clouds.
    Absent,
    /// Tags of any key: of the picture, of a part of it, or of its sequence.
    Tags,
    /// Values of the tags of this key, likewise. There may be several: a condition holds if it holds of one.
    Tag(String),
}

/// What is known of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SequenceProperty {
    /// Its identifier.
    Id,
    /// Its title.
    Title,
    /// When it was made.
    CreatedAt,
    /// When anything in it last changed.
    UpdatedAt,
    /// When its pictures were taken: a span of time. It equals each time within, and compares as if by the picture that
    /// suits best.
    CapturedAt,
    /// The name of the account it belongs to.
    Account,
    /// The identifier of that account.
    AccountId,
    /// Who sees it, by the name that [`flaneur_access::Visibility`] has.
    Visibility,
    /// Tags of any key.
    Tags,
    /// Values of the tags of this key. There may be several: a condition holds if it holds of one.
    Tag(String),
}

/// Conditions over pictures.
pub type PictureFilter = Filter<PictureProperty>;
/// Conditions over sequences.
pub type SequenceFilter = Filter<SequenceProperty>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conjuncts_are_what_has_to_hold() {
        let known = |property| Filter::Known(property);
        let (id, make, model) = (PictureProperty::Id, PictureProperty::Make, PictureProperty::Model);
        let any = Filter::Any(vec![known(make.clone()), known(model)]);
        let both = Filter::All(vec![known(id.clone()), Filter::All(vec![any.clone(), known(make.clone())])]);
        assert_eq!(both.conjuncts(), [&known(id), &any, &known(make)]);
        assert_eq!(both.terms(), 4);
    }
}
