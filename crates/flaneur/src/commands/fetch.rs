//! `flaneur fetch`: takes many pictures from a server.

use std::{path::Path, process::ExitCode, sync::Arc};

use anyhow::{Context as _, Result};
use flaneur_fetch::{Halt, Options, Query, RealWorld, Summary, Verified, bytes, fetch, shown};

use super::say;
use crate::{
    options::FetchArgs,
    parts::{
        telling::Teller,
        watching::{stopped_by_signal, tell},
    },
};

/// Failures and the like that are told one by one.
const MOST_TOLD: usize = 20;
/// Largest file of an area, bytes.
const LARGEST_AREA: u64 = 64 << 20;

/// Takes pictures. Fails if any of them could not be taken.
pub async fn run(args: FetchArgs) -> Result<ExitCode> {
    let manifest_only = args.manifest_only;
    let options = options(args)?;
    let teller = Teller::of("pictures");
    let outcome = fetch(&options, Arc::new(RealWorld), &teller, stopped_by_signal()).await;
    teller.end();
    let summary = outcome?;
    for line in troubles(&summary) {
        tell(&line);
    }
    say(&if manifest_only { list(&summary) } else { report(&summary, &options.into) });
    Ok(if summary.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn options(args: FetchArgs) -> Result<Options> {
    let query = Query {
        bbox: args.bbox,
        intersects: args.intersects.as_deref().map(area).transpose()?,
        since: args.since,
        until: args.until,
        filter: args.filter,
        collections: args.collections,
        quality: args.quality,
        ..Query::new(args.url)
    };
    Ok(Options {
        jobs: args.jobs,
        shards: args.shards,
        manifest_only: args.manifest_only,
        keep_gone: args.keep_gone,
        allow_removals: args.allow_removals,
        token: args.token.filter(|token| !token.trim().is_empty()),
        limit_bytes: args.limit_bytes,
        ..Options::new(query, args.into)
    })
}

fn area(path: &Path) -> Result<serde_json::Value> {
    let size = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    anyhow::ensure!(size <= LARGEST_AREA, "{} is larger than {}", path.display(), bytes(LARGEST_AREA));
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no GeoJSON", path.display()))
}

/// What went wrong.
fn troubles(summary: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    let mut told = |heading: String, each: Vec<String>| {
        if each.is_empty() {
            return;
        }
        lines.push(heading);
        let more = each.len().saturating_sub(MOST_TOLD);
        lines.extend(each.into_iter().take(MOST_TOLD).map(|line| format!("  {line}")));
        if more > 0 {
            lines.push(format!("  and {more} more"));
        }
    };
    let failed = summary.failed.iter().map(|failure| format!("{}: {}", failure.id, failure.why));
    told(format!("{} pictures could not be taken:", summary.failures), failed.collect());
    let refused = summary.refused.iter().map(|refusal| format!("{}: {}", refusal.id, refusal.why));
    told(
        format!("{} items are not taken, since they are not what they should be:", summary.refusals),
        refused.collect(),
    );
    told("pictures may be missing:".to_owned(), summary.gaps.clone());
    lines
}

/// What is on the list.
fn list(summary: &Summary) -> String {
    let listed = &summary.listed;
    let mut lines = vec![format!("{} pictures, {}", listed.pictures, sizes(summary))];
    lines.extend(licenses(summary));
    lines.join("\n")
}

fn sizes(summary: &Summary) -> String {
    let listed = &summary.listed;
    match listed.without_size {
        0 => bytes(listed.bytes),
        all if all == listed.pictures => "of which the server states no size".to_owned(),
        some => format!("{} and {some} of which the server states no size", bytes(listed.bytes)),
    }
}

fn licenses(summary: &Summary) -> Vec<String> {
    let name = |license: &str| if license.is_empty() { "no licence stated".to_owned() } else { shown(license) };
    summary.listed.licenses.iter().map(|(license, count)| format!("  {}: {count}", name(license))).collect()
}

/// What was done.
fn report(summary: &Summary, into: &Path) -> String {
    let Summary { new, changed, unchanged, removed, kept, gone, failures, received, .. } = summary;
    let mut lines =
        vec![format!("{}: {} pictures on the list, {}", into.display(), summary.listed.pictures, sizes(summary))];
    lines.extend(licenses(summary));
    lines.push(format!(
        "{new} new, {changed} changed, {unchanged} unchanged, {removed} removed, {failures} failed; {} came",
        bytes(*received)
    ));
    let way = |way: &Verified| match way {
        Verified::Checksum => "by checksum",
        Verified::Size => "by size",
        Verified::Jpeg => "as whole JPEG",
    };
    let ways: Vec<String> =
        summary.verified.iter().map(|(verified, count)| format!("{count} {}", way(verified))).collect();
    if !ways.is_empty() {
        lines.push(format!("verified: {}", ways.join(", ")));
    }
    if *gone > 0 {
        lines.push(format!("{gone} were gone when they were asked for"));
    }
    if *kept > 0 {
        lines.push(format!("{kept} that are not on the list any more are kept"));
    }
    if summary.packed + summary.packed_before > 0 {
        lines.push(format!("{} shards written, {} as they were", summary.packed, summary.packed_before));
    }
    match summary.halt {
        Some(Halt::Asked) => lines.push("stopped; run the same command again to go on".to_owned()),
        Some(Halt::Limit) => lines.push("as much came as is allowed; run the same command again to go on".to_owned()),
        None => {}
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use flaneur_fetch::{BBox, Quality};

    use super::*;

    #[derive(Debug, Parser)]
    struct Alone {
        #[command(flatten)]
        args: FetchArgs,
    }

    fn parse(more: &[&str]) -> Result<FetchArgs, clap::Error> {
        let args = ["fetch", "https://example.org", "--into", "there"].iter().chain(more);
        Alone::try_parse_from(args).map(|alone| alone.args)
    }

    #[test]
    fn a_command_line_becomes_a_query() {
        let options = options(
            parse(&[
                "--bbox",
                "-2.25,48.81,2.42,48.91",
                "--since",
                "2026-05-01",
                "--collection",
                "a",
                "--collection",
                "b",
            ])
            .unwrap(),
        )
        .unwrap();
        assert_eq!(options.query.bbox, Some(BBox([-2.25, 48.81, 2.42, 48.91])));
        assert_eq!(options.query.since.unwrap().to_string(), "2026-05-01T00:00:00Z");
        assert_eq!(options.query.collections, ["a", "b"]);
        assert_eq!((options.query.quality, options.jobs), (Quality::Hd, 4));
        for bad in
            [&["--jobs", "0"][..], &["--jobs", "1000"], &["--bbox", "1,2"], &["--shards", "0"], &["--quality", "4k"]]
        {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_was_done_is_told() {
        let mut summary =
            Summary { new: 3, removed: 1, received: 1500, gaps: vec!["somewhere".to_owned()], ..Summary::default() };
        summary.listed.pictures = 3;
        summary.listed.licenses.insert("CC-BY-SA-4.0".to_owned(), 3);
        summary.verified.insert(Verified::Checksum, 3);
        let text = report(&summary, Path::new("there"));
        assert!(text.contains("3 new, 0 changed, 0 unchanged, 1 removed, 0 failed; 1.5 kB came"), "{text}");
        assert!(text.contains("CC-BY-SA-4.0: 3") && text.contains("verified: 3 by checksum"), "{text}");
        assert_eq!(troubles(&summary), ["pictures may be missing:", "  somewhere"]);
    }
}
