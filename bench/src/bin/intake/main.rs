//! `make bench-intake`: what it costs to take files in, beside the reference server, and what hostile files cost.
//!
//! Without arguments all parts are measured, and the results are written; else those that are named, and they are printed
//! only: `cost`, `memory`, `areas`, `hostile`.
#![expect(clippy::print_stdout, reason = "a benchmark tells its user what it found")]

mod areas;
mod cost;
mod files;
mod floor;
mod hostile;
mod peaks;
mod servers;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use flaneur_bench::{database::Postgres, reference, table};

use self::files::Numbers;

const PARTS: [&str; 4] = ["cost", "memory", "areas", "hostile"];

/// What there is to measure with.
#[derive(Debug)]
pub(crate) struct Ground {
    /// A PostgreSQL server.
    pub postgres: Option<Postgres>,
    /// The reference server's virtual environment, or why there is none.
    pub reference: Result<PathBuf, String>,
}

impl Ground {
    /// A sentence on what could not be measured, if there is something.
    pub(crate) fn missing(&self) -> String {
        match (&self.postgres, &self.reference) {
            (None, _) => {
                " **Not measured: PostgreSQL and the reference server, since there is no PostgreSQL here.**".to_owned()
            }
            (_, Err(why)) => format!(" **Not measured: the reference server ({why}).**"),
            _ => String::new(),
        }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let named: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = named.iter().find(|name| !PARTS.contains(&name.as_str())) {
        bail!("there is no part `{unknown}`: name some of {}", PARTS.join(", "));
    }
    let ground = Ground { postgres: Postgres::find()?, reference: reference::find() };
    if !ground.missing().is_empty() {
        println!("{}", ground.missing().trim());
    }
    let mut numbers = Numbers::default();
    let mut text = String::new();
    for part in PARTS.into_iter().filter(|part| named.is_empty() || named.iter().any(|name| name == part)) {
        println!("measuring: {part}");
        let section = match part {
            "cost" => cost::section(&ground, &mut numbers).await?,
            "memory" => peaks::section(&ground, &mut numbers).await?,
            "areas" => areas::section(&mut numbers).await?,
            _ => hostile::section().await?,
        };
        println!("\n{section}");
        text.push_str(&section);
    }
    if !named.is_empty() {
        return Ok(());
    }
    let mut versions = Vec::new();
    if let Some(postgres) = &ground.postgres {
        versions.push(format!("PostgreSQL {}", postgres.version().await?));
    }
    if let Ok(environment) = &ground.reference {
        versions.push(reference::version(environment));
    }
    let text = format!("{}\n", text.trim_end());
    table::write(Path::new(env!("CARGO_MANIFEST_DIR")), "intake", "Taking files in", &versions, &text)
}
