//! Filters of reports.

use flaneur_catalog::model::{AccountId, Filter, ReportFilter, ReportProperty, Value};

use crate::{
    ApiResult,
    cql2::{self, Entry, Kind, Sent, Vocabulary},
};

/// Those that are left to do.
pub const OPEN: &str = "status IN ('open', 'open_autofix', 'waiting')";

/// Reads a filter. `me` is whom `'me'` stands for.
pub fn parse(text: &str, me: AccountId) -> ApiResult<Option<ReportFilter>> {
    let asked = cql2::parse::<ReportProperty>(Sent::Text(text), None, None)?;
    Ok(asked.filter.map(|filter| with_me(filter, me)))
}

/// The filter, with the account in place of `'me'`.
fn with_me(filter: ReportFilter, me: AccountId) -> ReportFilter {
    let each = |parts: Vec<ReportFilter>| parts.into_iter().map(|part| with_me(part, me)).collect();
    let account = |value: Value| if matches!(value, Value::Text(_)) { Value::Id(me.0) } else { value };
    let is_account = |property| matches!(property, ReportProperty::Reporter | ReportProperty::Owner);
    match filter {
        Filter::All(parts) => Filter::All(each(parts)),
        Filter::Any(parts) => Filter::Any(each(parts)),
        Filter::Not(part) => Filter::Not(Box::new(with_me(*part, me))),
        Filter::Compare(property, comparison, value) if is_account(property) => {
            Filter::Compare(property, comparison, account(value))
        }
        Filter::OneOf(property, values) if is_account(property) => {
            Filter::OneOf(property, values.into_iter().map(account).collect())
        }
        other => other,
    }
}

impl Vocabulary for ReportProperty {
    const OF: &'static str = "reports";

    fn entries() -> Vec<Entry<Self>> {
        let status = &["open", "open_autofix", "waiting", "closed_solved", "closed_ignored"];
        let issue = &[
            "blur_missing",
            "blur_excess",
            "inappropriate",
            "privacy",
            "picture_low_quality",
            "mislocated",
            "copyright",
            "other",
        ];
        vec![
            ("status", Self::Status, Kind::Name(status), "How far it is"),
            ("issue", Self::Issue, Kind::Name(issue), "What is wrong"),
            ("reporter", Self::Reporter, Kind::Account, "The account that made it: a UUID or 'me'"),
            ("owner", Self::Owner, Kind::Account, "The account that it is about: a UUID or 'me'"),
            ("picture_id", Self::Picture, Kind::Id, "The picture"),
            ("sequence_id", Self::Sequence, Kind::Id, "The sequence"),
            ("ts_opened", Self::OpenedAt, Kind::Time, "When it was made"),
        ]
    }

    fn absent(_: &str) -> Option<Self> {
        None
    }

    fn alias(_: &str) -> Option<&'static str> {
        None
    }

    fn tag(_: &str) -> Option<Self> {
        None
    }

    fn has_geometry() -> bool {
        false
    }
}
