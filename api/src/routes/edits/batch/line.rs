//! A line: a picture, and what is to be written to it.

use flaneur_catalog::model::{
    AnnotationId, EditChange, LONGEST_KEY, LONGEST_VALUE, Marked, PictureFields, PictureId, Semantic, Shape, TagEdits,
    Wish,
};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::super::{annotate::ring, tags::tag_edits};
use crate::{ApiError, ApiResult};

/// Most annotations in a line.
const MOST_ANNOTATIONS: usize = 100;

/// What a line says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// The picture.
    pub(super) picture: Uuid,
    /// Tags of the picture, as `PATCH` takes them.
    #[serde(default)]
    semantics: Option<Value>,
    /// Parts of the picture that are to have tags.
    #[serde(default)]
    annotations: Vec<NewMark>,
    /// What found that.
    #[serde(default)]
    by: Option<By>,
}

/// A part of a picture.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMark {
    /// A box or polygon, as `POST …/annotations` takes it.
    shape: Value,
    /// Its tags.
    semantics: Value,
    /// What found it, if not what found the others.
    #[serde(default)]
    by: Option<By>,
}

/// What found something.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct By {
    /// Name of the model.
    model: String,
    /// Its version.
    #[serde(default)]
    version: Option<String>,
    /// How sure it is, 0 to 1.
    #[serde(default)]
    confidence: Option<f64>,
}

impl By {
    /// The tags that say of a tag what found it, in Panoramax's words: `detection_model[key=value]` and
    /// `detection_confidence[key=value]`.
    fn qualify(&self, tags: &mut TagEdits) -> ApiResult<()> {
        let model =
            self.version.as_ref().map_or_else(|| self.model.clone(), |version| format!("{}/{version}", self.model));
        let text = |text: &str| !text.trim().is_empty() && !text.chars().any(char::is_control);
        if !text(&model) || model.len() > LONGEST_VALUE {
            return Err(ApiError::bad_request(format!("`model` is a text of 1 to {LONGEST_VALUE} bytes")));
        }
        let confidence = self.confidence.map(|confidence| {
            let sane = (0.0..=1.0).contains(&confidence);
            sane.then(|| format!("{confidence:.3}"))
                .ok_or_else(|| ApiError::bad_request("`confidence` is a number from 0 to 1"))
        });
        let confidence = confidence.transpose()?;
        let mut more = Vec::new();
        for tag in &tags.add {
            let about = format!("[{}={}]", tag.key, tag.value);
            let said = [("detection_model", Some(&model)), ("detection_confidence", confidence.as_ref())];
            for (name, value) in said {
                let Some(value) = value else { continue };
                let key = format!("{name}{about}");
                if key.len() > LONGEST_KEY {
                    return Err(ApiError::bad_request("the tag is too long to say of it what found it"));
                }
                more.push(Semantic { key, value: value.clone() });
            }
        }
        tags.add.extend(more);
        Ok(())
    }
}

fn tags(semantics: &Value, by: Option<&By>) -> ApiResult<TagEdits> {
    let mut tags = tag_edits(semantics)?;
    if let Some(by) = by {
        by.qualify(&mut tags)?;
    }
    Ok(tags)
}

impl Line {
    pub(super) fn read(text: &[u8]) -> ApiResult<Self> {
        let line: Self = serde_json::from_slice(text).map_err(|error| {
            ApiError::bad_request(
                "the line can't be read: it looks like {\"picture\": \"…\", \"semantics\": [{\"key\": \"…\", \"value\": \"…\"}]}",
            )
            .because(error)
        })?;
        if line.semantics.is_none() && line.annotations.is_empty() {
            return Err(ApiError::bad_request("the line says nothing: it has neither `semantics` nor `annotations`"));
        }
        if line.annotations.len() > MOST_ANNOTATIONS {
            return Err(ApiError::bad_request(format!("at most {MOST_ANNOTATIONS} annotations fit into a line")));
        }
        Ok(line)
    }

    /// Whether it changes tags of the picture itself.
    pub(super) fn tags_picture(&self) -> bool {
        self.semantics.is_some()
    }

    /// What is wanted. `size` is that of the picture, `fresh` makes identifiers.
    pub(super) fn wishes(&self, size: Shape, fresh: &dyn Fn() -> Uuid) -> ApiResult<Vec<Wish>> {
        let picture = PictureId(self.picture);
        let mut wishes = Vec::new();
        if let Some(semantics) = &self.semantics {
            let tags = tags(semantics, self.by.as_ref())?;
            wishes.push(Wish::Picture { id: picture, set: PictureFields::default(), tags, expected: None });
        }
        for mark in &self.annotations {
            let tags = tags(&mark.semantics, mark.by.as_ref().or(self.by.as_ref()))?;
            if !tags.remove.is_empty() || tags.add.is_empty() {
                return Err(ApiError::bad_request("an annotation that is made has tags, and none to delete"));
            }
            let marked = Marked { shape: ring(&mark.shape, size)?, semantics: tags.add };
            wishes.push(Wish::Mark { id: AnnotationId(fresh()), picture, marked });
        }
        Ok(wishes)
    }
}

/// Whether a change is what became of a wish.
pub(super) fn fits(wish: &Wish, change: &EditChange) -> bool {
    match (wish, change) {
        (Wish::Picture { id, .. }, EditChange::Picture { id: changed, .. }) => id == changed,
        (Wish::Mark { picture, marked, .. }, EditChange::Annotation { picture: changed, became, .. }) => {
            picture == changed && became.as_ref().is_some_and(|became| became.shape == marked.shape)
        }
        _ => false,
    }
}
