//! Lists of sequences in any order, page by page, with tombstones among them where a harvester asks for these.

use super::{
    Connection,
    dialect::NO_INDEX,
    filter::{self, TagsOf},
    sequence_rows::{SEQUENCE, SequenceRow},
    sequences::{has_something_to_show, meets},
    statement::Values,
};
use crate::{
    CatalogError, Result,
    model::{
        Filter, ListedSequence, SequenceFilter, SequenceKey, SequenceList, SequencePlace, SequenceProperty,
        SequenceQuery, Value,
    },
    stored::rows::{micros, time},
};

/// Sequences that one request looks at, where no index leads to just what is wanted.
const LOOKED_AT: i64 = 20_000;
/// Of these, so many in one query.
const WINDOW: i64 = 5_000;

#[derive(sqlx::FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    sequence: SequenceRow,
    place: i64,
    gone: bool,
}

impl ListedRow {
    fn listed(self) -> Result<ListedSequence> {
        let sequence = self.sequence.sequence()?;
        let place = SequencePlace { at: time(self.place)?, id: sequence.id };
        Ok(ListedSequence { place, sequence: (!self.gone).then_some(sequence) })
    }
}

/// What leads to the sequences.
enum Lead<'q> {
    /// Their account.
    Account,
    /// Tags of which they have at least one.
    Tags(Vec<&'q SequenceFilter>),
    /// The order of the list, up to this one, or to the end.
    Order(Option<SequencePlace>),
}

/// A page of a list.
pub async fn list(connection: &mut Connection, query: &SequenceQuery) -> Result<SequenceList> {
    let Some(limit) = usize::try_from(query.limit).ok().filter(|limit| *limit > 0) else {
        return Ok(SequenceList { listed: Vec::new(), next: None });
    };
    // One more shows whether there are more.
    let one_more = SequenceQuery { limit: query.limit.saturating_add(1), ..query.clone() };
    let (mut listed, rest) = led(connection, &one_more).await?;
    let next = if listed.len() > limit {
        listed.truncate(limit);
        listed.last().map(|last| last.place)
    } else if listed.is_empty() && rest.is_some() {
        return Err(CatalogError::TooBroad);
    } else {
        rest
    };
    if query.backwards {
        listed.reverse();
    }
    Ok(SequenceList { listed, next })
}

async fn led(
    connection: &mut Connection,
    query: &SequenceQuery,
) -> Result<(Vec<ListedSequence>, Option<SequencePlace>)> {
    if query.account.is_some() {
        return Ok((run(connection, query, &Lead::Account).await?, None));
    }
    let Some(wanted) = &query.filter else {
        return Ok((run(connection, query, &Lead::Order(None)).await?, None));
    };
    // Of what is gone, no tag is known.
    let tags = if query.with_gone { None } else { filter::tags_to_begin_with(wanted) };
    if let Some(tags) = tags
        && !filter::many_have(connection, &tags, TagsOf::Sequences, LOOKED_AT).await?
    {
        return Ok((run(connection, query, &Lead::Tags(tags)).await?, None));
    }
    let (mut listed, mut looked_at) = (Vec::new(), 0);
    let mut part = query.clone();
    loop {
        let end = end_of_window(connection, &part).await?;
        let found = run(connection, &part, &Lead::Order(end)).await?;
        part.limit -= found.len() as i64;
        listed.extend(found);
        looked_at += WINDOW;
        if part.limit <= 0 || end.is_none() || looked_at >= LOOKED_AT {
            return Ok((listed, end));
        }
        part.after = end;
    }
}

/// The last of the next [`WINDOW`] sequences in the order of the list, if there are as many.
async fn end_of_window(connection: &mut Connection, query: &SequenceQuery) -> Result<Option<SequencePlace>> {
    let mut values = Values::default();
    let conditions = walked(&mut values, query, "")?;
    let sql = format!(
        "SELECT s.id, {} AS place FROM sequences s WHERE {} ORDER BY {} LIMIT 1 OFFSET {}",
        key(query),
        if conditions.is_empty() { "TRUE".to_owned() } else { conditions.join(" AND ") },
        order(query, ""),
        values.bind(WINDOW - 1)?,
    );
    let rows: Vec<(crate::model::SequenceId, i64)> = values.fetch_all(connection, sql).await?;
    rows.into_iter().next().map(|(id, at)| Ok(SequencePlace { at: time(at)?, id })).transpose()
}

async fn run(connection: &mut Connection, query: &SequenceQuery, lead: &Lead<'_>) -> Result<Vec<ListedSequence>> {
    let mut values = Values::default();
    let shown = has_something_to_show(&mut values, query.viewer)?;
    let mut told = vec![shown];
    if let Some(bbox) = &query.bbox {
        told.push(meets(&mut values, bbox)?);
    }
    if let Some(since) = query.since {
        told.push(format!("s.last_captured_at >= {}", values.bind(micros(since))?));
    }
    if let Some(until) = query.until {
        told.push(format!("s.first_captured_at <= {}", values.bind(micros(until))?));
    }
    if let Some(wanted) = &query.filter {
        told.push(filter::condition(&mut values, wanted)?);
    }
    let told = told.join(" AND ");
    let (gone, which) = if query.with_gone {
        let seen = values.seen(query.viewer, "x")?;
        let gone = format!(
            "s.once_public AND (s.status = 'deleted'
                 OR NOT EXISTS (SELECT 1 FROM pictures x WHERE x.sequence_id = s.id AND {seen}))"
        );
        let which = match &query.filter {
            Some(wanted) => format!("({gone} AND {})", filter::condition_of_tombstone(&mut values, wanted)?),
            None => format!("({gone})"),
        };
        (gone, format!("({told} OR {which})"))
    } else {
        ("FALSE".to_owned(), told)
    };
    let mut conditions = vec![which];
    let column = if matches!(lead, Lead::Order(_)) { "" } else { NO_INDEX };
    conditions.extend(walked(&mut values, query, column)?);
    match lead {
        Lead::Account => {}
        Lead::Tags(tags) => {
            let with_tags = filter::with_tags(&mut values, tags, TagsOf::Sequences)?;
            conditions.push(format!("s.id IN (SELECT each_tag.id FROM ({with_tags}) each_tag)"));
        }
        Lead::Order(end) => conditions.extend(end.map(|end| up_to(&mut values, query, &end)).transpose()?),
    }
    if let Some(account) = query.account {
        conditions.push(format!("s.account_id = {}", values.bind(account)?));
    }
    let sql = format!(
        "SELECT {SEQUENCE}, {} AS place, {gone} AS gone FROM sequences s JOIN accounts a ON a.id = s.account_id
         WHERE {} ORDER BY {} LIMIT +{}",
        key(query),
        conditions.join(" AND "),
        order(query, column),
        values.bind(query.limit)?,
    );
    let rows: Vec<ListedRow> = values.fetch_all(connection, sql).await?;
    rows.into_iter().map(ListedRow::listed).collect()
}

/// What the list is sorted by, before the identifier.
fn key(query: &SequenceQuery) -> &'static str {
    match query.order.by {
        SequenceKey::Created => "s.created_at",
        SequenceKey::Updated => "s.updated_at",
        SequenceKey::Captured => "COALESCE(s.first_captured_at, 0)",
        SequenceKey::Id => "CAST(0 AS BIGINT)",
    }
}

fn descends(query: &SequenceQuery) -> bool {
    query.order.descending != query.backwards
}

/// The `ORDER BY`. `column` is in front of each column.
fn order(query: &SequenceQuery, column: &str) -> String {
    let direction = if descends(query) { "DESC" } else { "ASC" };
    match query.order.by {
        SequenceKey::Id => format!("{column}s.id {direction}"),
        _ => format!("{column}{} {direction}, s.id {direction}", key(query)),
    }
}

/// The condition that a sequence stands there or on this side of it in the order: `sign` says which.
fn beside(
    values: &mut Values,
    query: &SequenceQuery,
    place: &SequencePlace,
    sign: &str,
    column: &str,
) -> Result<String> {
    let id = values.bind(place.id)?;
    Ok(match query.order.by {
        SequenceKey::Id => format!("{column}s.id {sign} {id}"),
        _ => format!("({column}{}, s.id) {sign} ({}, {id})", key(query), values.bind(micros(place.at))?),
    })
}

fn up_to(values: &mut Values, query: &SequenceQuery, end: &SequencePlace) -> Result<String> {
    beside(values, query, end, if descends(query) { ">=" } else { "<=" }, "")
}

/// The conditions that an index in the order of the list leads by: behind the page before, and what of the filter is about
/// the same times.
fn walked(values: &mut Values, query: &SequenceQuery, column: &str) -> Result<Vec<String>> {
    let mut conditions = Vec::new();
    if let Some(place) = &query.after {
        conditions.push(beside(values, query, place, if descends(query) { "<" } else { ">" }, column)?);
    }
    let led_by = match query.order.by {
        SequenceKey::Created => SequenceProperty::CreatedAt,
        SequenceKey::Updated => SequenceProperty::UpdatedAt,
        SequenceKey::Captured | SequenceKey::Id => return Ok(conditions),
    };
    for part in query.filter.iter().flat_map(Filter::conjuncts) {
        if let Filter::Compare(property, comparison, Value::Time(at)) = part
            && *property == led_by
        {
            conditions.push(format!(
                "{column}{} {} {}",
                key(query),
                filter::sign(*comparison),
                values.bind(micros(*at))?
            ));
        }
    }
    Ok(conditions)
}
