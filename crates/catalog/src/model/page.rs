//! Texts that administrators write for everybody.

use jiff::Timestamp;

/// What a text is, in the words of the Panoramax API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PageName {
    /// What people agree to who upload.
    Terms,
    /// What people agree to who use the instance.
    Agreement,
    /// The same, in short.
    AgreementSummary,
    /// A notice on top of every page of the site.
    Banner,
}

impl PageName {
    /// All, in the order that they are listed in.
    pub const ALL: [Self; 4] = [Self::Terms, Self::Agreement, Self::AgreementSummary, Self::Banner];

    /// The name in API and database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Terms => "terms-of-service",
            Self::Agreement => "end-user-license-agreement",
            Self::AgreementSummary => "end-user-license-agreement-summary",
            Self::Banner => "custom-banner",
        }
    }
}

/// A text in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageText {
    /// The text, as HTML.
    pub html: String,
    /// Since when it is in force.
    pub saved_at: Timestamp,
}

/// A page of which there is a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSummary {
    /// Which.
    pub name: PageName,
    /// In which languages, in order.
    pub languages: Vec<String>,
    /// How often it was published: at first, and at changes that matter.
    pub version: i64,
}

/// What an account says of the terms of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TermsState {
    /// The version in force; 0: there are no terms.
    pub version: i64,
    /// The last version that the account read; 0: none.
    pub read: i64,
    /// The last version that it agreed to; 0: none.
    pub accepted: i64,
}

/// What an account said of a version of the terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermsAnswer {
    /// Which version.
    pub version: i64,
    /// When it was read.
    pub read_at: Timestamp,
    /// When it was agreed to; none: it was not.
    pub accepted_at: Option<Timestamp>,
}
