//! Reports: what somebody says is wrong with what is shown, and what becomes of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AccountId, Filter, PictureId, ReportId, SequenceId};

/// Most reports about one thing that are open at a time. Those beyond would say nothing new.
pub const MOST_OPEN_REPORTS: i64 = 50;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Issue {
    /// A face or a plate can be seen.
    BlurMissing,
    /// Something is blurred that need not be.
    BlurExcess,
    /// It should not be shown to anybody.
    Inappropriate,
    /// It shows what is private.
    Privacy,
    /// It is of no use.
    PictureLowQuality,
    /// It was taken elsewhere.
    Mislocated,
    /// It belongs to somebody else.
    Copyright,
    /// Something else.
    Other,
}

impl Issue {
    /// Every value.
    pub const ALL: [Self; 8] = [
        Self::BlurMissing,
        Self::BlurExcess,
        Self::Inappropriate,
        Self::Privacy,
        Self::PictureLowQuality,
        Self::Mislocated,
        Self::Copyright,
        Self::Other,
    ];

    /// The name in API and database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BlurMissing => "blur_missing",
            Self::BlurExcess => "blur_excess",
            Self::Inappropriate => "inappropriate",
            Self::Privacy => "privacy",
            Self::PictureLowQuality => "picture_low_quality",
            Self::Mislocated => "mislocated",
            Self::Copyright => "copyright",
            Self::Other => "other",
        }
    }

    /// Whether harm may be done as long as it is shown: then a report can withhold it before anybody looked.
    pub fn is_urgent(self) -> bool {
        matches!(self, Self::BlurMissing | Self::Inappropriate | Self::Privacy | Self::Copyright)
    }
}

/// How far a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportStatus {
    /// Nobody looked at it.
    Open,
    /// Nobody looked at it, and what it is about is withheld until somebody does.
    OpenAutofix,
    /// Somebody looks at it, or waits for an answer.
    Waiting,
    /// What was wrong is so no more.
    ClosedSolved,
    /// Nothing was wrong.
    ClosedIgnored,
}

impl ReportStatus {
    /// Every value.
    pub const ALL: [Self; 5] = [Self::Open, Self::OpenAutofix, Self::Waiting, Self::ClosedSolved, Self::ClosedIgnored];

    /// The name in API and database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::OpenAutofix => "open_autofix",
            Self::Waiting => "waiting",
            Self::ClosedSolved => "closed_solved",
            Self::ClosedIgnored => "closed_ignored",
        }
    }

    /// Whether nothing is left to do.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::ClosedSolved | Self::ClosedIgnored)
    }
}

/// In which role somebody acts on a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportRole {
    /// Whoever reported.
    Reporter,
    /// Whose it is that was reported.
    Owner,
    /// Whoever runs the instance.
    Moderator,
    /// Nobody: the operator's rule.
    Rule,
}

impl ReportRole {
    /// Every value.
    pub const ALL: [Self; 4] = [Self::Reporter, Self::Owner, Self::Moderator, Self::Rule];

    /// The name in API and database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reporter => "reporter",
            Self::Owner => "owner",
            Self::Moderator => "moderator",
            Self::Rule => "rule",
        }
    }
}

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reported {
    /// A picture.
    Picture(PictureId),
    /// A sequence as a whole.
    Sequence(SequenceId),
}

impl Reported {
    /// Its identifier.
    pub fn key(self) -> Uuid {
        match self {
            Self::Picture(id) => id.0,
            Self::Sequence(id) => id.0,
        }
    }
}

/// When a report withholds what it is about before a moderator looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithholdRule {
    /// So many have to report something urgent; 0: no report withholds anything.
    pub reporters: i64,
    /// Whether those who are not signed in count. Even then they do for pictures only, not for whole sequences.
    pub anonymous: bool,
}

/// A report to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewReport {
    /// Identifier.
    pub id: ReportId,
    /// About what.
    pub about: Reported,
    /// What is wrong.
    pub issue: Issue,
    /// Who says so, if signed in.
    pub reporter: Option<AccountId>,
    /// What stands for whoever says so; the same each time.
    pub reporter_key: String,
    /// Where to reach them.
    pub email: Option<String>,
    /// In their words.
    pub comments: Option<String>,
    /// Hash of the secret by which the case can be followed.
    pub case_sha256: Vec<u8>,
    /// Now.
    pub at: Timestamp,
    /// The operator's rule.
    pub rule: WithholdRule,
}

/// What whoever runs the instance deletes of another's. It is kept as a report that is closed, about which its owner is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Removal {
    /// Identifier of that report.
    pub id: ReportId,
    /// What is deleted.
    pub about: Reported,
    /// By whom.
    pub by: AccountId,
    /// On which ground.
    pub issue: Issue,
    /// Why, for its owner.
    pub reasons: Option<String>,
    /// Hash of the secret by which the case can be followed.
    pub case_sha256: Vec<u8>,
    /// Now.
    pub at: Timestamp,
}

/// A report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Identifier.
    pub id: ReportId,
    /// About what.
    pub about: Reported,
    /// Whose that is.
    pub owner: AccountId,
    /// What is wrong.
    pub issue: Issue,
    /// How far it is.
    pub status: ReportStatus,
    /// Who says so, if signed in.
    pub reporter: Option<AccountId>,
    /// Where to reach them, until some time after it was closed.
    pub email: Option<String>,
    /// In their words.
    pub comments: Option<String>,
    /// Who last acted on it.
    pub resolver: Option<AccountId>,
    /// In which role.
    pub resolver_role: Option<ReportRole>,
    /// The answer.
    pub resolver_comments: Option<String>,
    /// When it was made.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
    /// Hash of the secret by which the case can be followed.
    pub case_sha256: Vec<u8>,
    /// Whether something is withheld because of it.
    pub withholds: bool,
    /// Whether what it is about is deleted.
    pub deleted: bool,
}

/// What became of a [`NewReport`].
#[derive(Debug, Clone, PartialEq)]
pub enum ReportReceipt {
    /// It is made.
    Made(Report),
    /// The same reporter said the same before, and that is still open.
    Repeated(Report),
    /// What it is about is gone.
    Gone,
    /// There are [`MOST_OPEN_REPORTS`] about it.
    TooMany,
}

/// What somebody does about a report. What is none stays.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The report.
    pub report: ReportId,
    /// Who.
    pub by: AccountId,
    /// In which role.
    pub role: ReportRole,
    /// How far it is from now on.
    pub status: Option<ReportStatus>,
    /// What is wrong, rather.
    pub issue: Option<Issue>,
    /// Where to reach the reporter; empty: nowhere.
    pub email: Option<String>,
    /// The answer. If none is given, that of somebody in the same role stays; another's does not.
    pub comments: Option<String>,
    /// Whether what it is about is withheld from now on. If nothing is said: no more if the report is closed as ignored, or
    /// as solved by its reporter before a moderator did anything about it, or as solved after the picture was redacted again;
    /// else, and whatever its owner says, as before.
    pub withhold: Option<bool>,
    /// Now.
    pub at: Timestamp,
}

/// Something that was done about a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportEvent {
    /// The report.
    pub report: ReportId,
    /// Its number among those of the report, from 1.
    pub place: i64,
    /// When.
    pub at: Timestamp,
    /// Who, if it was somebody with an account.
    pub account: Option<AccountId>,
    /// Name of that account.
    pub name: Option<String>,
    /// In which role.
    pub role: ReportRole,
    /// How far the report was then.
    pub status: ReportStatus,
    /// Whether it withheld something then.
    pub withholds: bool,
    /// What was said.
    pub comments: Option<String>,
}

/// What is known of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportProperty {
    /// How far it is.
    Status,
    /// What is wrong.
    Issue,
    /// Who reported, if signed in.
    Reporter,
    /// Whose it is that was reported.
    Owner,
    /// The picture.
    Picture,
    /// The sequence.
    Sequence,
    /// When it was made.
    OpenedAt,
}

/// A condition over reports.
pub type ReportFilter = Filter<ReportProperty>;

/// Which reports to list.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportQuery {
    /// Only those that this account made, or that are about what is its.
    pub of: Option<AccountId>,
    /// Only those that this holds for.
    pub filter: Option<ReportFilter>,
    /// The oldest first, instead of the latest.
    pub oldest_first: bool,
    /// Only those that come after this one.
    pub after: Option<(Timestamp, ReportId)>,
    /// At most so many.
    pub limit: i64,
}
