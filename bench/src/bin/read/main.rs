//! `make bench-read`: what readers' requests cost on simulated catalogs of growing size, on SQLite and PostgreSQL, and what they
//! cost the reference server with the same pictures.
//!
//! Arguments are numbers of pictures; without any, 100,000 and 1,000,000. The results are written if both are measured. The
//! reference server is measured with catalogs of at most 100,000.
#![expect(clippy::print_stdout, reason = "a benchmark tells its user what it found")]

mod beside;
mod catalogs;
mod requests;

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use flaneur_bench::{
    database::Postgres,
    reference,
    table::{self, Table},
};

use self::{
    catalogs::Catalog,
    requests::{Answering as _, Cost, Places},
};

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
    let environment = match &postgres {
        Some(_) => reference::find(),
        None => Err("there is no PostgreSQL here".to_owned()),
    };
    let mut rivals = Vec::new();
    let on_sqlite = measure(&sizes, None, None, &mut rivals).await?;
    let mut text = section("SQLite", &sizes, &on_sqlite);
    println!("\n{text}");
    if let Some(server) = &postgres {
        let on_postgres = measure(&sizes, Some(server), environment.as_deref().ok(), &mut rivals).await?;
        let mut more = section("PostgreSQL", &sizes, &on_postgres);
        for (at, rival) in rivals {
            more.push_str(&beside::section(sizes[at], [&on_sqlite[at].costs, &on_postgres[at].costs], &rival));
        }
        println!("\n{more}");
        text.push_str(&more);
    } else {
        text.push_str("**PostgreSQL was not measured: there is none here.**\n\n");
    }
    if let Err(why) = &environment {
        text.extend(["**Not measured: the reference server (", why, ").**\n"]);
    }
    if sizes == SIZES {
        let mut versions = Vec::new();
        if let Some(server) = &postgres {
            versions.push(format!("PostgreSQL {}", server.version().await?));
        }
        if let Ok(environment) = &environment {
            versions.push(reference::version(environment));
        }
        table::write(
            Path::new(env!("CARGO_MANIFEST_DIR")),
            "read",
            "Reading",
            &versions,
            &format!("{}\n", text.trim_end()),
        )?;
    }
    Ok(())
}

/// What was measured on a catalog.
#[derive(Debug)]
struct Measured {
    /// Bytes on disk for each picture.
    bytes_per_picture: f64,
    /// What is asked with what it costs, in the same order for all catalogs.
    costs: Vec<(String, Cost)>,
    /// Most memory of API and tiler, kB.
    peaks: (u64, u64),
}

/// Measures catalogs of all sizes on a database, and then the reference server, where there is one, with those that it can be
/// measured with: each with the place of the size.
async fn measure(
    sizes: &[u64],
    postgres: Option<&Postgres>,
    environment: Option<&Path>,
    rivals: &mut Vec<(usize, beside::Measured)>,
) -> Result<Vec<Measured>> {
    let mut measured = Vec::new();
    for (at, size) in sizes.iter().enumerate() {
        println!("{size} pictures on {}", if postgres.is_some() { "PostgreSQL" } else { "SQLite" });
        let catalog = Catalog::simulate(*size, postgres).await?;
        let places = Places::find(&catalog.api()).await?;
        let costs = requests::all(&catalog, &places).await?;
        let costs = costs
            .into_iter()
            .map(|(name, cost)| Ok((name, cost.map_err(|refusal| anyhow!("{}", refusal.told))?)))
            .collect::<Result<_>>()?;
        measured.push(Measured { bytes_per_picture: catalog.bytes_per_picture().await?, costs, peaks: catalog.peak() });
        let simulated = catalog.stop();
        if let Some(environment) = environment
            && *size <= beside::AT_MOST
        {
            println!("{size} pictures on the reference server");
            rivals.push((at, beside::measure(environment, &simulated, &places).await?));
        }
    }
    Ok(measured)
}

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
    let rows = measured.first().map_or(0, |one| one.costs.len());
    for row in 0..rows {
        let costs: Vec<&Cost> = measured.iter().map(|one| &one.costs[row].1).collect();
        let mut cells = vec![measured[0].costs[row].0.clone()];
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
        .map(|(size, Measured { bytes_per_picture: bytes, peaks: (api, tiler), .. })| {
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
         these. {} other requests came before all, so that every connection is there. {}.\n\n",
        table.markdown(),
        requests::AGAIN,
        2 * requests::BEFORE,
        notes.join("; ")
    )
}
