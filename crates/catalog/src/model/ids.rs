//! Identifiers. Each kind of thing has a type of its own, so that none is taken for another.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an identifier is a UUID, such as 0191f0a0-7c3e-7a51-9d3a-6d2f6f0c2b11")]
pub struct UnreadableId;

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnreadableId;

            fn from_str(text: &str) -> Result<Self, UnreadableId> {
                Uuid::parse_str(text).map(Self).map_err(|_| UnreadableId)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

identifiers! {
    /// An account.
    AccountId;
    /// An excluded area.
    AreaId;
    /// A token that lets a program act for an account.
    TokenId;
    /// An upload set.
    UploadSetId;
    /// A picture; the id of its STAC Item.
    PictureId;
    /// A sequence; the id of its STAC Collection.
    SequenceId;
    /// A redaction.
    RedactionId;
    /// An annotation.
    AnnotationId;
    /// An edit.
    EditId;
    /// A webhook.
    WebhookId;
    /// A report.
    ReportId;
    /// A transfer from another instance.
    TransferId;
    /// A job.
    JobId;
    /// A file that comes piece by piece.
    UploadId;
    /// A part of such a file, and its object.
    PartId;
}
