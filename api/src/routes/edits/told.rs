//! Edits as clients are told of them, for the API's description.

use flaneur_catalog::model::{AccountId, AnnotationId, EditId, PictureId, SequenceId};
use serde::Serialize;
use serde_json::Value;

use crate::{
    Link,
    stac::{PixelPolygon, Tag},
    words,
};

/// An edit.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Edit)]
pub struct EditDocument {
    /// Identifier.
    #[schema(value_type = Uuid)]
    pub id: EditId,
    /// When it was made.
    #[schema(format = DateTime)]
    pub at: String,
    /// Who made it.
    pub account: Editor,
    /// What was asked for. Told to whom everything is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    pub operation: Option<Value>,
    /// How many things it changed.
    pub changes_count: i64,
    /// The edit that this one undoes.
    #[schema(value_type = Option<Uuid>, required)]
    pub undoes: Option<EditId>,
    /// The edit that undid this one.
    #[schema(value_type = Option<Uuid>, required)]
    pub undone_by: Option<EditId>,
    /// `self`, and `undo` where whoever asks may do that; `next` leads to more changes.
    pub links: Vec<Link>,
}

/// Who made an edit.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Editor {
    /// The account.
    #[schema(value_type = Uuid)]
    pub id: AccountId,
    /// Its name.
    pub name: String,
}

/// An edit, with what it did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EditWithChanges {
    #[serde(flatten)]
    pub edit: EditDocument,
    /// What it did.
    pub changes: Vec<Change>,
}

/// What an edit did to a picture, a sequence or an annotation of a picture.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = EditChange)]
pub struct Change {
    /// The picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    pub picture_id: Option<PictureId>,
    /// The sequence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    pub sequence_id: Option<SequenceId>,
    /// The annotation of the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    pub annotation_id: Option<AnnotationId>,
    /// What it was; null: an annotation that was not there.
    #[schema(value_type = Option<EditedValues>, required)]
    pub was: Value,
    /// What it became; null: an annotation that was taken away.
    #[schema(value_type = Option<EditedValues>, required)]
    pub became: Value,
}

/// Values that were changed, in the words of a patch. Null is one that nobody knows, or that nobody chose.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes what is written of just those values that differ")]
pub struct EditedValues {
    /// Where it looks, degrees clockwise from north.
    heading: Option<f64>,
    /// Degrees, up is positive.
    pitch: Option<f64>,
    /// Degrees, clockwise is positive.
    roll: Option<f64>,
    /// Degrees.
    yaw: Option<f64>,
    /// Degrees.
    #[schema(nullable = false)]
    longitude: Option<f64>,
    /// Degrees.
    #[schema(nullable = false)]
    latitude: Option<f64>,
    /// Local date and time with its offset, ISO 8601.
    #[schema(nullable = false)]
    capture_time: Option<String>,
    /// Who sees it.
    #[schema(nullable = false)]
    visibility: Option<words::Visibility>,
    /// SPDX identifier of its licence.
    license: Option<String>,
    /// Whom to name for it.
    attribution: Option<String>,
    /// Place in the sequence, from 1.
    rank_in_collection: Option<i64>,
    /// Title of the sequence.
    #[schema(nullable = false)]
    title: Option<String>,
    /// In which order the sequence is.
    sortby: Option<String>,
    /// Where the annotation is.
    #[schema(nullable = false)]
    shape: Option<PixelPolygon>,
    /// Tags.
    #[schema(nullable = false)]
    semantics: Option<Vec<Tag>>,
}

/// A page of edits.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Edits {
    /// The latest first.
    pub edits: Vec<EditDocument>,
    /// `self`, and `next` where there are more.
    pub links: Vec<Link>,
}

/// A page of edits, with what each did to what was asked about.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct History {
    /// The latest first.
    pub edits: Vec<EditWithChanges>,
    /// `self`, and `next` where there are more.
    pub links: Vec<Link>,
}

/// What an edit of many pictures would change, or that there is nothing to be changed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EditPreview {
    /// Whether nothing was to be changed yet.
    pub preview: bool,
    /// What was asked for.
    #[schema(value_type = Object)]
    pub operation: Value,
    /// How many pictures it would change.
    pub changes_count: usize,
    /// How many pictures are that way already.
    pub unchanged_count: usize,
    /// What it would do.
    pub changes: Vec<Change>,
}

/// An edit of many pictures that was made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MadeEdit {
    #[serde(flatten)]
    pub edit: EditDocument,
    /// How many pictures were that way already.
    pub unchanged_count: usize,
    /// How many pictures were deleted meanwhile.
    pub gone_count: usize,
    /// What it did.
    pub changes: Vec<Change>,
}

/// What became of undoing an edit.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Undone {
    /// An edit that put back what it changed.
    Made(Box<MadeUndo>),
    /// That there was nothing to be put back.
    Nothing(NothingUndone),
}

/// An edit that undid another.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MadeUndo {
    #[serde(flatten)]
    pub edit: EditDocument,
    /// What stays as it is.
    pub kept: Vec<Kept>,
}

/// That nothing was left to be put back.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct NothingUndone {
    /// Always 0.
    #[schema(minimum = 0, maximum = 0)]
    pub changes_count: i64,
    /// What stays as it is.
    pub kept: Vec<Kept>,
}

/// A picture or a sequence that an edit does not put back.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Kept {
    /// The picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    pub picture_id: Option<PictureId>,
    /// The sequence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    pub sequence_id: Option<SequenceId>,
    /// Why.
    pub reason: WhyKept,
    /// Which of its values somebody changed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>, nullable = false)]
    pub fields: Option<Vec<&'static str>>,
}

/// Why something is not put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhyKept {
    /// It was deleted.
    Gone,
    /// Somebody changed it since.
    ChangedSince,
}

/// A tag that is to be added or taken away.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it documents what is read field by field, to say what is wrong with which")]
pub struct TagEdit {
    /// Key, for example `osm|traffic_sign`.
    #[schema(max_length = 256)]
    key: String,
    /// Value, for example `FR:AB4`.
    #[schema(max_length = 2048)]
    value: String,
    /// What is to become of it; if nothing is said, it is added.
    #[schema(nullable = false)]
    action: Option<TagAction>,
}

/// What is to become of a tag.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "it documents what is read as text")]
pub enum TagAction {
    /// It is added.
    Add,
    /// It is taken away.
    Delete,
}
