//! `flaneur export`: the map as one file.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use flaneur_catalog::Coverage;
use flaneur_fetch::bytes;
use flaneur_tiler::archive::{self, Written};

use super::say;
use crate::{
    options::ExportArgs,
    parts::{draft::Draft, open, steps::Steps, watching::stopped_by_signal},
};

/// What the file's name ends in, which says what it is.
const EXTENSION: &str = "pmtiles";

/// Exports.
pub async fn run(args: ExportArgs) -> Result<()> {
    anyhow::ensure!(
        args.file.extension().is_some_and(|extension| extension == EXTENSION),
        "{}: choose a name that ends in .{EXTENSION}; the map is exported as PMTiles, into a file",
        args.file.display()
    );
    // First what fails soonest and costs least.
    let draft = Draft::begin(&args.file, args.force)?;
    let out = draft.writer()?;
    let catalog = open::catalog(&args.place).await?;
    let (steps, stop) = (Steps::begin("tiles"), stopped_by_signal());
    let drawn: Arc<dyn Coverage> = catalog.clone();
    let listener = |progress| match progress {
        archive::Progress::Looking { cells } => steps.note(&format!("looking: {cells} cells with pictures")),
        archive::Progress::Drawing { done, of } => steps.reached(done as u64, of as u64),
    };
    let outcome = archive::write(&drawn, &args.naming.about(), args.max_zoom, out, &listener, &stop).await;
    steps.end();
    catalog.close().await;
    let written = outcome?;
    let size = draft.keep().with_context(|| format!("cannot write {}", args.file.display()))?;
    say(&report(&args, &written, size));
    Ok(())
}

/// What was done; `size` in bytes.
fn report(args: &ExportArgs, written: &Written, size: u64) -> String {
    let bounds = written.bounds;
    format!(
        "{}: {} tiles up to zoom level {}, {}\nwithin {:.4},{:.4},{:.4},{:.4} (west, south, east, north)",
        args.file.display(),
        written.tiles,
        args.max_zoom,
        bytes(size),
        bounds.west,
        bounds.south,
        bounds.east,
        bounds.north,
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Alone {
        #[command(flatten)]
        args: ExportArgs,
    }

    fn parse(arguments: &[&str]) -> Result<ExportArgs, clap::Error> {
        Alone::try_parse_from(["export"].iter().chain(arguments)).map(|alone| alone.args)
    }

    #[test]
    fn a_command_line_names_a_file_and_a_zoom_level() {
        let args = parse(&["map.pmtiles", "--max-zoom", "9"]).unwrap();
        assert_eq!((args.file.to_str(), args.max_zoom, args.force), (Some("map.pmtiles"), 9, false));
        assert_eq!(parse(&["map.pmtiles"]).unwrap().max_zoom, 15);
        for bad in [&[][..], &["map.pmtiles", "--max-zoom", "16"], &["map.pmtiles", "another.pmtiles"]] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }

    #[tokio::test]
    async fn only_files_of_that_name_are_written() {
        for name in ["-", "map.mbtiles", "pmtiles", ".pmtiles"] {
            let refused = run(parse(&["--", name]).unwrap()).await.unwrap_err().to_string();
            assert!(refused.contains("ends in .pmtiles"), "{name}: {refused}");
        }
    }
}
