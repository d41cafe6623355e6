//! What `flaneur fetch` can be told.

use std::path::PathBuf;

use clap::Args;
use flaneur_fetch::{BBox, Quality, parse_bytes, parse_since, parse_until};
use jiff::Timestamp;

/// `flaneur fetch …`
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Address of the server, or of its API
    #[arg(value_name = "URL")]
    pub url: String,
    /// Folder for the pictures: a new one, an empty one, or one of the same query
    #[arg(long, value_name = "DIR")]
    pub into: PathBuf,
    /// Only pictures in this box: west,south,east,north in degrees
    #[arg(long, value_name = "W,S,E,N", value_parser = BBox::parse, allow_hyphen_values = true, conflicts_with = "intersects")]
    pub bbox: Option<BBox>,
    /// Only pictures in the polygons of this GeoJSON file
    #[arg(long, value_name = "FILE")]
    pub intersects: Option<PathBuf>,
    /// Only pictures that were added or changed since this day or time
    #[arg(long, value_name = "TIME", value_parser = parse_since)]
    pub since: Option<Timestamp>,
    /// Only pictures that were last changed until this day, which is included, or time
    #[arg(long, value_name = "TIME", value_parser = parse_until)]
    pub until: Option<Timestamp>,
    /// Only pictures for which this CQL2 holds, such as "type = 'equirectangular'"; what can be asked is up to the server
    #[arg(long, value_name = "CQL2")]
    pub filter: Option<String>,
    /// Only pictures of this sequence; can be repeated
    #[arg(long = "collection", value_name = "ID")]
    pub collections: Vec<String>,
    /// Full resolution (hd), or at most 2048 pixels wide (sd)
    #[arg(long, value_name = "sd|hd", default_value = "hd")]
    pub quality: Quality,
    /// Pictures that come at once
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = jobs)]
    pub jobs: usize,
    /// Pack the pictures into tar files for training, too, of about so many each; later runs keep them in step
    #[arg(long, value_name = "PICTURES", value_parser = clap::value_parser!(u64).range(1..))]
    pub shards: Option<u64>,
    /// Only list the pictures, and tell how many, how large and of which licence they are
    #[arg(long)]
    pub manifest_only: bool,
    /// Keep pictures that the server does not list any more
    #[arg(long)]
    pub keep_gone: bool,
    /// Remove pictures that the server does not list any more also if they are more than half
    #[arg(long, conflicts_with = "keep_gone")]
    pub allow_removals: bool,
    /// Token for what not everybody may see; shown to that server alone
    #[arg(long, value_name = "TOKEN", env = "FLANEUR_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Stop when so much came, such as 20GB; the next run goes on
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    pub limit_bytes: Option<u64>,
}

fn jobs(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=flaneur_fetch::MOST_JOBS).contains(number));
    number.ok_or_else(|| format!("choose a number from 1 to {}", flaneur_fetch::MOST_JOBS))
}
