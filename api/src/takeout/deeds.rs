//! What the account did: edits, reports and what it decided about some, redactions of other people's pictures, transfers.

use std::collections::HashMap;

use flaneur_catalog::model::{EditChange, EditId, Report, ReportEvent, ReportId, ReportQuery, Transfer};
use serde_json::{Value, json};

use super::{
    PAGE, Takeout,
    archive::{Archive, Halt},
    lines::Lines,
};
use crate::{
    routes::{edits, pictures::redaction_document, reports},
    stac::utc,
};

/// Changes that are read at once. An edit has 20,000 at most.
const CHANGES: i64 = 20_000;

/// Writes all of it.
pub async fn write(takeout: &Takeout, archive: &mut Archive) -> Result<(), Halt> {
    write_edits(takeout, archive).await?;
    write_reports(takeout, archive).await?;
    write_decisions(takeout, archive).await?;
    write_redactions(takeout, archive).await?;
    write_transfers(takeout, archive).await
}

async fn write_edits(takeout: &Takeout, archive: &mut Archive) -> Result<(), Halt> {
    let catalog = &takeout.api.catalog;
    let (mut lines, mut before) = (Lines::new("edits"), None);
    loop {
        let page = catalog.edits_by(takeout.account.id, before, PAGE).await?;
        let mut rest = &page[..];
        while !rest.is_empty() {
            // As many edits as have so many changes together, and one at least.
            let mut changes = 0;
            let fit = rest.iter().take_while(|edit| {
                changes += edit.changes;
                changes <= CHANGES
            });
            let (some, others) = rest.split_at(fit.count().clamp(1, rest.len()));
            rest = others;
            let ids: Vec<EditId> = some.iter().map(|edit| edit.id).collect();
            let mut of: HashMap<EditId, Vec<EditChange>> = HashMap::new();
            for (edit, change) in catalog.changes_of_edits(&ids).await? {
                of.entry(edit).or_default().push(change);
            }
            for edit in some {
                let changes = of.remove(&edit.id).unwrap_or_default();
                let changes = changes.iter().map(|change| edits::change(change, true)).collect();
                let edit = edits::edit(edit, &takeout.url, false);
                lines.add(archive, &edits::EditWithChanges { edit, changes }).await?;
            }
        }
        before = page.last().map(|edit| (edit.at, edit.id));
        if (page.len() as i64) < PAGE {
            return lines.end(archive).await;
        }
    }
}

/// Those that it made, and those about what is its: as it is told of them.
async fn write_reports(takeout: &Takeout, archive: &mut Archive) -> Result<(), Halt> {
    let catalog = &takeout.api.catalog;
    let (mut lines, mut after) = (Lines::new("reports"), None);
    loop {
        let of = Some(takeout.account.id);
        let query = ReportQuery { of, filter: None, oldest_first: false, after, limit: PAGE };
        let page = catalog.reports(&query).await?;
        let ids: Vec<ReportId> = page.iter().map(|report| report.id).collect();
        let mut by_report: HashMap<ReportId, Vec<ReportEvent>> = HashMap::new();
        for event in catalog.events_of_reports(&ids).await? {
            by_report.entry(event.report).or_default().push(event);
        }
        for report in &page {
            let events = by_report.remove(&report.id).unwrap_or_default();
            lines.add(archive, &report_line(takeout, report, &events)?).await?;
        }
        after = page.last().map(|report| (report.opened_at, report.id));
        if (page.len() as i64) < PAGE {
            return lines.end(archive).await;
        }
    }
}

fn report_line(takeout: &Takeout, report: &Report, events: &[ReportEvent]) -> serde_json::Result<Value> {
    let mut told = reports::as_concerned(report, takeout.account.id, &takeout.url);
    told.answers = Some(reports::answers(events));
    let mut told = serde_json::to_value(told)?;
    // Where to reach whoever reported is theirs to know.
    if report.reporter == Some(takeout.account.id) {
        told["reporter_email"] = json!(report.email);
    }
    Ok(told)
}

/// What it said and did about reports, its own and others'.
async fn write_decisions(takeout: &Takeout, archive: &mut Archive) -> Result<(), Halt> {
    let (mut lines, mut before) = (Lines::new("report_events"), None);
    loop {
        let page = takeout.api.catalog.decisions_of(takeout.account.id, before, PAGE).await?;
        for event in &page {
            lines.add(archive, &reports::event(event)).await?;
        }
        before = page.last().map(|event| (event.at, event.report, event.place));
        if (page.len() as i64) < PAGE {
            return lines.end(archive).await;
        }
    }
}

/// Those of other people's pictures: those of its own stand with these.
async fn write_redactions(takeout: &Takeout, archive: &mut Archive) -> Result<(), Halt> {
    let me = takeout.account.id;
    let (mut lines, mut after) = (Lines::new("redactions"), None);
    loop {
        let page = takeout.api.catalog.redactions_by(me, after, PAGE).await?;
        for redaction in &page {
            let mut mine = redaction.clone();
            // Who else asked for it is not told.
            mine.asked_by = mine.asked_by.filter(|by| *by == me);
            mine.undo = mine.undo.filter(|undo| undo.by == me);
            let mut told = serde_json::to_value(redaction_document(&mine, false, &takeout.url))?;
            told["picture_id"] = json!(redaction.picture);
            lines.add(archive, &told).await?;
        }
        after = page.last().map(|redaction| redaction.id);
        if (page.len() as i64) < PAGE {
            return lines.end(archive).await;
        }
    }
}

async fn write_transfers(takeout: &Takeout, archive: &mut Archive) -> Result<(), Halt> {
    let (mut lines, mut after) = (Lines::new("transfers"), None);
    loop {
        let page = takeout.api.catalog.own_transfers(takeout.account.id, after, PAGE).await?;
        for transfer in &page {
            lines.add(archive, &transfer_line(transfer)).await?;
        }
        after = page.last().map(|transfer| (transfer.options.created_at, transfer.options.id));
        if (page.len() as i64) < PAGE {
            return lines.end(archive).await;
        }
    }
}

fn transfer_line(transfer: &Transfer) -> Value {
    let (options, progress) = (&transfer.options, &transfer.progress);
    json!({
        "id": options.id,
        "status": transfer.status.as_str(),
        "collection_location": options.location,
        "collection_id": options.sequence,
        "nb_items_to_transfer": progress.wanted,
        "nb_transfered_items": progress.taken,
        "nb_left_out_items": progress.left_out,
        "message": progress.message,
        "created_at": utc(options.created_at),
        "updated_at": utc(transfer.updated_at),
    })
}
