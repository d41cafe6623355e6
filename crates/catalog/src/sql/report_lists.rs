//! Lists of reports.

use super::{
    Connection, at_least_none, filter,
    reports::{REPORT, ReportRow},
    statement::Values,
};
use crate::{
    Result,
    model::{Comparison, Filter, Report, ReportFilter, ReportProperty, ReportQuery, Value},
    stored::rows::micros,
};

/// States that a filter asks for and nothing else, if it does.
fn statuses(filter: &ReportFilter) -> Option<Vec<Value>> {
    filter.conjuncts().into_iter().find_map(|part| match part {
        Filter::Compare(ReportProperty::Status, Comparison::Equal, value) => Some(vec![value.clone()]),
        Filter::OneOf(ReportProperty::Status, values) if !values.is_empty() => Some(values.clone()),
        _ => None,
    })
}

/// Reports that a query asks for.
pub async fn list(connection: &mut Connection, query: &ReportQuery) -> Result<Vec<Report>> {
    let mut values = Values::default();
    let mut conditions = vec!["TRUE".to_owned()];
    if let Some(account) = query.of {
        let account = values.bind(account)?;
        conditions.push(format!("(r.reporter_id = {account} OR r.owner_id = {account})"));
    }
    if let Some(filter) = &query.filter {
        // By an index of their own: there are few that are open.
        if let Some(all) = statuses(filter) {
            let all: Vec<String> = all
                .iter()
                .map(|value| match value {
                    Value::Text(text) => values.bind(text.clone()),
                    _ => Ok("NULL".to_owned()),
                })
                .collect::<Result<_>>()?;
            conditions.push(format!("r.status IN ({})", all.join(", ")));
        }
        conditions.push(filter::condition(&mut values, filter)?);
    }
    let (later, order) = if query.oldest_first { (">", "ASC") } else { ("<", "DESC") };
    if let Some((at, id)) = query.after {
        conditions.push(format!("(r.opened_at, r.id) {later} ({}, {})", values.bind(micros(at))?, values.bind(id)?));
    }
    let sql = format!(
        "SELECT {REPORT} FROM reports r WHERE {} ORDER BY r.opened_at {order}, r.id {order} LIMIT +{}",
        conditions.join(" AND "),
        values.bind(at_least_none(query.limit))?,
    );
    let rows: Vec<ReportRow> = values.fetch_all(connection, sql).await?;
    rows.into_iter().map(ReportRow::report).collect()
}
