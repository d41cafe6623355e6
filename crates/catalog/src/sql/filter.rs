//! Conditions that a client put together, as SQL. Nothing of theirs becomes text of a query: values, patterns and keys of
//! tags are bound.

use super::{
    Connection,
    dialect::{self, LIKE, NO_INDEX},
    statement::Values,
};
use crate::{
    Result,
    model::{Comparison, Filter, Pattern, PictureProperty, ReportProperty, SequenceProperty, Value},
    stored::rows::micros,
};

/// Where a property is found.
pub enum Place<'p> {
    /// In this column, or what else has a value in SQL.
    Column(&'static str),
    /// From this column to that one.
    Span(&'static str, &'static str),
    /// In the tags of this key, or of any.
    Tags(Option<&'p str>),
    /// Nowhere: it is never known.
    Nowhere,
}

/// What can be asked for in SQL.
pub trait Property {
    /// Where it is.
    fn place(&self) -> Place<'_>;
    /// The condition that what is looked at has a tag `t` for which `condition` holds.
    fn tagged(condition: &str) -> String;
}

/// Of the picture `p`.
impl Property for PictureProperty {
    fn place(&self) -> Place<'_> {
        Place::Column(match self {
            Self::Id => "p.id",
            Self::Sequence => "p.sequence_id",
            Self::CapturedAt => "p.captured_at",
            Self::CreatedAt => "p.created_at",
            Self::UpdatedAt => "p.updated_at",
            Self::Account => "(SELECT o.name FROM accounts o WHERE o.id = p.account_id)",
            Self::AccountId => "p.account_id",
            Self::Projection => "p.projection",
            Self::Make => "p.camera_make",
            Self::Model => "p.camera_model",
            Self::FieldOfView => "p.field_of_view",
            Self::Heading => "p.heading",
            Self::Accuracy => "p.accuracy",
            Self::License => "p.license",
            Self::Absent => return Place::Nowhere,
            Self::Tags => return Place::Tags(None),
            Self::Tag(key) => return Place::Tags(Some(key)),
        })
    }

    fn tagged(condition: &str) -> String {
        format!(
            "(EXISTS (SELECT 1 FROM tags t WHERE t.picture_id = p.id AND {condition})
              OR EXISTS (SELECT 1 FROM tags t WHERE t.sequence_id = p.sequence_id AND {condition}))"
        )
    }
}

/// Of the sequence `s`.
impl Property for SequenceProperty {
    fn place(&self) -> Place<'_> {
        Place::Column(match self {
            Self::Id => "s.id",
            Self::Title => "s.title",
            Self::CreatedAt => "s.created_at",
            Self::UpdatedAt => "s.updated_at",
            Self::CapturedAt => return Place::Span("s.first_captured_at", "s.last_captured_at"),
            Self::Account => "(SELECT o.name FROM accounts o WHERE o.id = s.account_id)",
            Self::AccountId => "s.account_id",
            Self::Visibility => "s.visibility",
            Self::Tags => return Place::Tags(None),
            Self::Tag(key) => return Place::Tags(Some(key)),
        })
    }

    fn tagged(condition: &str) -> String {
        format!("EXISTS (SELECT 1 FROM tags t WHERE t.sequence_id = s.id AND {condition})")
    }
}

/// Of the report `r`.
impl Property for ReportProperty {
    fn place(&self) -> Place<'_> {
        Place::Column(match self {
            Self::Status => "r.status",
            Self::Issue => "r.issue",
            Self::Reporter => "r.reporter_id",
            Self::Owner => "r.owner_id",
            Self::Picture => "r.picture_id",
            Self::Sequence => "r.sequence_id",
            Self::OpenedAt => "r.opened_at",
        })
    }

    /// A report has no tags.
    fn tagged(_: &str) -> String {
        "FALSE".to_owned()
    }
}

/// What a tombstone says of a sequence. All else is unknown.
struct OfTombstone<'p>(&'p SequenceProperty);

/// The condition as SQL.
pub fn condition<P: Property>(values: &mut Values, filter: &Filter<P>) -> Result<String> {
    written(values, filter, &|_| true)
}

/// The condition as SQL that a tombstone is not for certain something else: of a sequence that is gone, nothing is told but
/// its identifier and times, nor can it be found out.
pub fn condition_of_tombstone(values: &mut Values, filter: &Filter<SequenceProperty>) -> Result<String> {
    let condition = written(values, filter, &|property| OfTombstone(property).is_told())?;
    Ok(format!("COALESCE({condition}, TRUE)"))
}

impl OfTombstone<'_> {
    fn is_told(&self) -> bool {
        matches!(self.0, SequenceProperty::Id | SequenceProperty::CreatedAt | SequenceProperty::UpdatedAt)
    }
}

fn written<P: Property>(values: &mut Values, filter: &Filter<P>, told: &dyn Fn(&P) -> bool) -> Result<String> {
    let mut joined = |parts: &[Filter<P>], word: &str, none: &str| -> Result<String> {
        let parts: Vec<String> = parts.iter().map(|part| written(values, part, told)).collect::<Result<_>>()?;
        Ok(if parts.is_empty() { none.to_owned() } else { format!("({})", parts.join(word)) })
    };
    match filter {
        Filter::All(parts) => return joined(parts, " AND ", "TRUE"),
        Filter::Any(parts) => return joined(parts, " OR ", "FALSE"),
        Filter::Not(part) => return Ok(format!("(NOT {})", written(values, part, told)?)),
        _ => {}
    }
    let (Filter::Compare(property, ..)
    | Filter::OneOf(property, _)
    | Filter::Like(property, _)
    | Filter::Known(property)) = filter
    else {
        return Ok("TRUE".to_owned());
    };
    let unknown = "CAST(NULL AS BOOLEAN)";
    if !told(property) {
        return Ok(unknown.to_owned());
    }
    match property.place() {
        Place::Nowhere if matches!(filter, Filter::Known(_)) => Ok("FALSE".to_owned()),
        Place::Nowhere => Ok(unknown.to_owned()),
        // Which index leads is decided elsewhere.
        Place::Column(column) => of_column(values, filter, &format!("{NO_INDEX}{column}")),
        Place::Span(first, last) => of_span(values, filter, first, last),
        Place::Tags(key) => Ok(P::tagged(&of_tag(values, filter, key)?)),
    }
}

/// The sign of a comparison.
pub fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::Differs => "<>",
        Comparison::Less => "<",
        Comparison::AtMost => "<=",
        Comparison::Greater => ">",
        Comparison::AtLeast => ">=",
    }
}

fn bound(values: &mut Values, value: &Value) -> Result<String> {
    match value {
        Value::Text(text) => values.bind(text.clone()),
        Value::Number(number) => values.bind(*number),
        Value::Time(at) => values.bind(micros(*at)),
        Value::Id(id) => values.bind(*id),
    }
}

fn list(values: &mut Values, all: &[Value]) -> Result<String> {
    let all: Vec<String> = all.iter().map(|value| bound(values, value)).collect::<Result<_>>()?;
    Ok(all.join(", "))
}

fn pattern(values: &mut Values, pattern: &Pattern) -> Result<String> {
    values.bind(dialect::pattern(pattern))
}

fn of_column<P>(values: &mut Values, filter: &Filter<P>, column: &str) -> Result<String> {
    Ok(match filter {
        Filter::Compare(_, comparison, value) => format!("{column} {} {}", sign(*comparison), bound(values, value)?),
        Filter::OneOf(_, all) if all.is_empty() => "FALSE".to_owned(),
        Filter::OneOf(_, all) => format!("{column} IN ({})", list(values, all)?),
        Filter::Like(_, like) => format!("{column} {LIKE} {}", pattern(values, like)?),
        _ => format!("{column} IS NOT NULL"),
    })
}

/// The time of pictures that were taken from `first` to `last`.
fn of_span<P>(values: &mut Values, filter: &Filter<P>, first: &str, last: &str) -> Result<String> {
    let mut within = |value: &Value| -> Result<String> {
        let at = bound(values, value)?;
        Ok(format!("({first} <= {at} AND {last} >= {at})"))
    };
    Ok(match filter {
        Filter::Compare(_, Comparison::Equal, value) => within(value)?,
        Filter::Compare(_, Comparison::Differs, value) => format!("(NOT {})", within(value)?),
        Filter::Compare(_, comparison @ (Comparison::Less | Comparison::AtMost), value) => {
            format!("{first} {} {}", sign(*comparison), bound(values, value)?)
        }
        Filter::Compare(_, comparison, value) => format!("{last} {} {}", sign(*comparison), bound(values, value)?),
        Filter::OneOf(_, all) if !all.is_empty() => {
            let all: Vec<String> = all.iter().map(within).collect::<Result<_>>()?;
            format!("({})", all.join(" OR "))
        }
        Filter::OneOf(..) | Filter::Like(..) => "FALSE".to_owned(),
        _ => format!("{first} IS NOT NULL"),
    })
}

/// What is to hold of a tag `t`.
fn of_tag<P>(values: &mut Values, filter: &Filter<P>, key: Option<&str>) -> Result<String> {
    let Some(key) = key else { return Ok("TRUE".to_owned()) };
    let key = format!("t.key = {}", values.bind(key.to_owned())?);
    Ok(match filter {
        Filter::Known(_) => key,
        other => format!("{key} AND {}", of_column(values, other, "t.value")?),
    })
}

/// Conditions over tags of which at least one has to hold: what has the tags is all that there is to look at. None if
/// what has no tag at all may be found, too.
pub fn tags_to_begin_with<P: Property>(filter: &Filter<P>) -> Option<Vec<&Filter<P>>> {
    match filter {
        Filter::All(parts) => parts.iter().find_map(tags_to_begin_with),
        Filter::Any(parts) if !parts.is_empty() => {
            let all: Option<Vec<_>> = parts.iter().map(tags_to_begin_with).collect();
            all.map(|all| all.into_iter().flatten().collect())
        }
        Filter::Any(_) | Filter::Not(_) => None,
        Filter::Compare(property, ..)
        | Filter::OneOf(property, _)
        | Filter::Like(property, _)
        | Filter::Known(property) => matches!(property.place(), Place::Tags(_)).then(|| vec![filter]),
    }
}

/// Whose tags.
#[derive(Clone, Copy)]
pub enum TagsOf {
    Pictures,
    Sequences,
}

/// Whether at least `many` pictures or sequences have one of these tags.
pub async fn many_have<P: Property>(
    connection: &mut Connection,
    tags: &[&Filter<P>],
    of: TagsOf,
    many: i64,
) -> Result<bool> {
    let mut values = Values::default();
    let with_tags = with_tags(&mut values, tags, of)?;
    let limit = values.bind(many)?;
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM ({with_tags}) each_tag LIMIT +{limit}) found");
    let rows: Vec<(i64,)> = values.fetch_all(connection, sql).await?;
    Ok(rows.first().is_some_and(|(count,)| *count >= many))
}

/// The subquery of the identifiers (`id`) of pictures or sequences with any of these tags, some of them more than once. Of
/// pictures, those whose sequence has one are among them.
pub fn with_tags<P: Property>(values: &mut Values, tags: &[&Filter<P>], of: TagsOf) -> Result<String> {
    let mut parts = Vec::new();
    for filter in tags {
        let (Filter::Compare(property, ..)
        | Filter::OneOf(property, _)
        | Filter::Like(property, _)
        | Filter::Known(property)) = filter
        else {
            continue;
        };
        let Place::Tags(key) = property.place() else { continue };
        let condition = of_tag(values, filter, key)?;
        match of {
            TagsOf::Pictures => {
                parts.push(format!(
                    "SELECT t.picture_id AS id FROM tags t WHERE t.picture_id IS NOT NULL AND {condition}"
                ));
                parts.push(format!(
                    "SELECT q.id FROM tags t CROSS JOIN pictures q
                     WHERE t.sequence_id IS NOT NULL AND {condition} AND q.sequence_id = t.sequence_id
                         AND q.audience IS NOT NULL"
                ));
            }
            TagsOf::Sequences => {
                parts.push(format!(
                    "SELECT t.sequence_id AS id FROM tags t WHERE t.sequence_id IS NOT NULL AND {condition}"
                ));
            }
        }
    }
    Ok(parts.join(" UNION ALL "))
}
