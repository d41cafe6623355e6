//! What is held on an account, as it takes it along.

use jiff::Timestamp;

use super::{Detection, Item, PageName, PictureId, UploadSetId};

/// How many pictures there are, by how far they are. All others were deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OwnCounts {
    /// All of them.
    pub pictures: i64,
    /// Published: redacted, and in a sequence.
    pub published: i64,
    /// Still to be redacted.
    pub waiting: i64,
    /// Redacted, and not in a sequence yet.
    pub unsorted: i64,
    /// Those that can't be processed.
    pub broken: i64,
    /// Left out because they are nearly the same as another.
    pub duplicates: i64,
}

/// Where a picture stands among those of its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnPlace {
    /// When its set was made.
    pub set_made_at: Timestamp,
    /// Its set.
    pub upload_set: UploadSetId,
    /// The picture.
    pub picture: PictureId,
}

/// A picture of an account, in whatever state.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnPicture {
    /// Where it stands.
    pub place: OwnPlace,
    /// As it is shown to its owner.
    pub item: Item,
    /// What the models found in it.
    pub detections: Vec<Detection>,
}

/// An invite to an account, without its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteTrace {
    /// The name that it was made out to.
    pub name: String,
    /// Whether it makes an administrator.
    pub admin: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it can be redeemed.
    pub expires_at: Timestamp,
    /// When it was.
    pub redeemed_at: Option<Timestamp>,
}

/// A text of a page that an account put in force, or a page that it published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageTrace {
    /// The page.
    pub page: PageName,
    /// The language of a text; none: the page was published anew.
    pub language: Option<String>,
    /// Which revision of the text, or version of the page.
    pub number: i64,
    /// When.
    pub at: Timestamp,
}

/// What lets somebody act for an account and is listed nowhere else, and the pages that it wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountTraces {
    /// When each of its browsers' sessions ends.
    pub sessions: Vec<Timestamp>,
    /// Invites made out to its name, the oldest first.
    pub invites: Vec<InviteTrace>,
    /// Pages it wrote and published, the oldest first.
    pub pages: Vec<PageTrace>,
}
