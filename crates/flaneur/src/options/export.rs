//! What `flaneur export` can be told.

use std::path::PathBuf;

use clap::Args;

use super::{Naming, Place};

/// `flaneur export …`
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// File for the map; its name ends in `.pmtiles`
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The last zoom level; each one less makes it about half as large
    #[arg(long, value_name = "ZOOM", default_value_t = flaneur_tiler::archive::MAX_ZOOM, value_parser = clap::value_parser!(u8).range(0..=i64::from(flaneur_tiler::archive::MAX_ZOOM)))]
    pub max_zoom: u8,
    /// Put it in place of a file that is there
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub naming: Naming,
}
