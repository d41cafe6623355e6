//! `flaneur doctor`: finds what is wrong with an instance.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use flaneur_backup::{
    doctor::{Options, Patient, Report, examine, modes},
    folder::Folder,
    progress::Watch,
};
use flaneur_catalog::{DatabaseUrl, world::World};
use flaneur_storage::StorageUrl;
use jiff::SignedDuration;

use super::say;
use crate::{
    options::DoctorArgs,
    parts::{open, watching},
};

/// Examines. Fails if anything is wrong that was not mended.
pub async fn run(args: DoctorArgs) -> Result<ExitCode> {
    let (database, stores) = (args.place.database()?, args.place.stores()?);
    // Opening the storage mends its mode, so this comes first.
    let mut report = Report::default();
    let private: Vec<&Path> = folder(&stores.1).into_iter().collect();
    let catalog_file: Vec<&Path> = file(&database).into_iter().collect();
    modes(&private, &catalog_file, args.repair, &mut report)?;

    let world = World::real();
    let catalog = open::any_catalog(&args.place).await?;
    let opened = open::stores(&args.place, open::storage(&args.place, Some(&args.cdn))?)?;
    let disks = [file(&database), folder(&stores.0), folder(&stores.1)];
    let options = Options {
        deep: args.deep,
        at_most: args.at_most.unwrap_or(u64::MAX),
        sample: args.sample as usize,
        repair: args.repair,
        backup: args.from_backup.as_deref().map(Folder::to_read).transpose()?,
        grace: SignedDuration::from_hours(i64::from(args.grace)),
        disks: disks.into_iter().flatten().map(PathBuf::from).collect(),
        ..Options::default()
    };
    let (listener, stop) = (watching::listener(), watching::stopped_by_signal());
    let watch = Watch::new(&listener, &stop);
    let patient = Patient { catalog: catalog.as_ref(), stores: &opened, world: &world, watch: &watch };
    let outcome = examine(&patient, &options).await;
    catalog.close().await;
    let examined = outcome.context("the examination did not end")?;
    report.findings.extend(examined.findings);
    let report = Report { findings: report.findings, ..examined };
    say(&if args.json { as_json(&report)? } else { as_text(&report) });
    Ok(if report.is_healthy() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn folder(url: &StorageUrl) -> Option<&Path> {
    match url {
        StorageUrl::Folder(path) => Some(path),
        StorageUrl::S3 { .. } => None,
    }
}

fn file(url: &DatabaseUrl) -> Option<&Path> {
    match url {
        DatabaseUrl::Sqlite(path) => Some(path),
        DatabaseUrl::Postgres(_) => None,
    }
}

fn as_json(report: &Report) -> Result<String> {
    let mut json = serde_json::to_value(report)?;
    json["healthy"] = report.is_healthy().into();
    Ok(format!("{json:#}"))
}

fn as_text(report: &Report) -> String {
    let looked = format!(
        "{} pictures and {} objects looked at, {} compared with their hash",
        report.pictures, report.objects, report.compared
    );
    if report.findings.is_empty() {
        return format!("nothing found: {looked}");
    }
    let mut lines = vec![looked];
    for finding in &report.findings {
        let mended = match finding.mended {
            0 => String::new(),
            number => format!(" ({number} mended)"),
        };
        lines.push(format!("{}: {}{mended}", finding.what, finding.number));
        lines.extend(finding.examples.iter().map(|example| {
            let example: String = example.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
            format!("    {example}")
        }));
        if finding.mended < finding.number {
            lines.push(format!("  {}", finding.mend));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flaneur_backup::doctor::Finding;

    #[test]
    fn findings_are_told_with_what_to_do() {
        let healthy = Report { pictures: 3, objects: 9, compared: 2, findings: Vec::new() };
        assert_eq!(as_text(&healthy), "nothing found: 3 pictures and 9 objects looked at, 2 compared with their hash");
        let finding = Finding {
            kind: "jobs-given-up",
            what: "Jobs were given up".to_owned(),
            number: 2,
            examples: vec!["process of x:\nout of reach".to_owned()],
            mend: "Look at the reasons".to_owned(),
            mended: 1,
        };
        let ill = Report { findings: vec![finding], ..healthy };
        let text = as_text(&ill);
        assert!(text.contains("Jobs were given up: 2 (1 mended)\n    process of x: out of reach\n  Look at"), "{text}");
        let json: serde_json::Value = serde_json::from_str(&as_json(&ill).unwrap()).unwrap();
        assert_eq!((&json["healthy"], &json["findings"][0]["kind"]), (&false.into(), &"jobs-given-up".into()));
    }
}
