//! `make bench-read`: what readers' requests cost on simulated catalogs of growing size, on SQLite and PostgreSQL.
//!
//! Arguments are numbers of pictures; without any, 100,000 and 1,000,000. The results are written if both are measured.
#![expect(clippy::print_stdout, reason = "a benchmark tells its user what it found")]

mod catalogs;
mod requests;

use std::path::Path;

use anyhow::{Context as _, Result};
use flaneur_bench::{
    database::Postgres,
    table::{self, Table},
};

use self::{catalogs::Catalog, requests::Cost};

/// Numbers of pictures that are measured and compared.
const SIZES: [u64; 2] = [100_000, 1_000_000];

#[tokio::main]
async fn main() -> Result<()> {
    let named: Vec<u64> = std::env::args()
        .skip(1)
        .map(|number| number.parse().with_context(|| format!("{number} is no number of pictures")))
        .collect::<Result<_>>()?;
    let sizes = if named.is_empty() { SIZES.to_vec() } else { named };
    let postgres = Postgres::find()?;
    let mut text = String::new();
    for on_postgres in [false, true] {
        let server = match (&postgres, on_postgres) {
            (None, true) => {
                text.push_str("**PostgreSQL was not measured: there is none here.**\n");
                continue;
            }
            (server, _) => server.as_ref().filter(|_| on_postgres),
        };
        let mut measured = Vec::new();
        for size in &sizes {
            println!("{size} pictures on {}", if on_postgres { "PostgreSQL" } else { "SQLite" });
            let catalog = Catalog::simulate(*size, server).await?;
            measured.push((catalog.bytes_per_picture().await?, requests::all(&catalog).await?, catalog.peak()));
        }
        let section = section(if on_postgres { "PostgreSQL" } else { "SQLite" }, &sizes, &measured);
        println!("\n{section}");
        text.push_str(&section);
    }
    if sizes == SIZES {
        let version = match &postgres {
            Some(server) => vec![format!("PostgreSQL {}", server.version().await?)],
            None => Vec::new(),
        };
        table::write(
            Path::new(env!("CARGO_MANIFEST_DIR")),
            "read",
            "Reading",
            &version,
            &format!("{}\n", text.trim_end()),
        )?;
    }
    Ok(())
}

/// Bytes on disk a picture, costs of all requests in the same order, and peaks of API and tiler in kB.
type Measured = (f64, Vec<Cost>, (u64, u64));

fn section(database: &str, sizes: &[u64], measured: &[Measured]) -> String {
    let mut heads = vec!["request".to_owned()];
    for size in sizes {
        heads.extend([
            format!("{size}: first, ms"),
            "again, ms".to_owned(),
            "p50 / p99, ms".to_owned(),
            "kB".to_owned(),
        ]);
    }
    if sizes.len() > 1 {
        heads.push("last ÷ first size".to_owned());
    }
    let mut table = Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
    let rows = measured.first().map_or(0, |(_, costs, _)| costs.len());
    for row in 0..rows {
        let costs: Vec<&Cost> = measured.iter().map(|(_, costs, _)| &costs[row]).collect();
        let mut cells = vec![costs[0].name.clone()];
        for cost in &costs {
            let first = cost.first_ms.map_or("–".to_owned(), |ms| format!("{ms:.2}"));
            let (p50, p99) = cost.wall_ms;
            let size = cost.bytes as f64 / 1e3;
            cells.extend([
                first,
                format!("**{:.2}**", cost.again_ms),
                format!("{p50:.1} / {p99:.1}"),
                format!("{size:.1}"),
            ]);
        }
        if let (Some(first), Some(last), true) = (costs.first(), costs.last(), costs.len() > 1) {
            cells.push(format!("{:.1}", last.again_ms / first.again_ms.max(0.001)));
        }
        table.row(cells);
    }
    let notes: Vec<String> = sizes
        .iter()
        .zip(measured)
        .map(|(size, (bytes, _, (api, tiler)))| {
            format!(
                "{size} pictures: {bytes:.0} bytes a picture on disk, API at most {} MB, tiler {} MB",
                api / 1000,
                tiler / 1000
            )
        })
        .collect();
    format!(
        "## {database}\n\n{}\nProcessor time of server and database a request, milliseconds: `first` of tiles that were not asked for \
         before (several beside each other where the zoom level has as many), `again` of the same request {} times. Wall time of \
         these. {}.\n\n",
        table.markdown(),
        requests::AGAIN,
        notes.join("; ")
    )
}
