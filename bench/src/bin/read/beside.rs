//! The reference server with the same pictures, and a table of it beside ours.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result};
use flaneur_bench::{
    cpu, database,
    database::Postgres,
    filling::{self, Counts},
    memory,
    reference::{Instance, Reference},
    simulated::Simulated,
    table::Table,
};
use flaneur_e2e::Client;
use tempfile::TempDir;

use crate::requests::{Answering, Cost, Places, Row, all};

/// Pictures of a catalog that it is measured with, at most: larger ones take it long.
pub(crate) const AT_MOST: u64 = 100_000;

/// What was measured of it.
#[derive(Debug)]
pub(crate) struct Measured {
    /// What it holds.
    counts: Counts,
    /// Bytes on disk for each picture, indexes included.
    bytes_per_picture: f64,
    /// The most memory that its processes had, kB: the sum of their peaks.
    peak: u64,
    /// Costs of all requests.
    rows: Vec<Row>,
}

struct Beside {
    server: Reference,
    postgres: Postgres,
}

impl Answering for Beside {
    fn api(&self) -> Client {
        Client::new(self.server.url(), None)
    }

    fn tiler(&self) -> Client {
        self.api()
    }

    fn spent(&self) -> Result<Duration> {
        Ok(cpu::of_tree(self.server.pid())? + cpu::of_tree(self.postgres.pid)?)
    }
}

/// Fills a reference server with what a catalog on PostgreSQL shows everybody, and measures it. Nothing else may use that
/// PostgreSQL meanwhile.
pub(crate) async fn measure(environment: &Path, catalog: &Simulated, places: &Places) -> Result<Measured> {
    let (postgres, url) = catalog.server().zip(catalog.url()).context("the catalog is not on PostgreSQL")?;
    let folder = TempDir::with_prefix("flaneur-bench-")?;
    let database = postgres.fresh("read_reference").await?;
    let instance = Instance::make(environment, folder.path(), &database).await?;
    let counts = filling::fill(&instance, url, None).await?;
    println!("the reference server and ours: {counts}");
    let beside = Beside { server: instance.serve().await?, postgres: postgres.clone() };
    let rows = all(&beside, places).await?;
    for (name, cost) in &rows {
        if let Err(refusal) = cost {
            println!("the reference server refuses `{name}`: {}", refusal.told);
        }
    }
    let peak = cpu::tree(beside.server.pid())?.iter().map(|pid| memory::peak(&pid.to_string())).sum();
    let bytes_per_picture = database::size(&database).await? as f64 / counts.pictures as f64;
    Ok(Measured { counts, bytes_per_picture, peak, rows })
}

/// A request of ours on SQLite and on PostgreSQL, and of the reference server.
struct Three<'t> {
    ours: [&'t Cost; 2],
    theirs: Option<&'t Cost>,
    /// What to say where it has no cost.
    instead: String,
}

impl Three<'_> {
    /// Cells of a line in which `of` is compared, and the wall time of repeated requests where that is what they cost.
    fn line(&self, name: String, of: impl Fn(&Cost) -> f64, walls: bool) -> Vec<String> {
        let ours = self.ours.map(&of);
        let theirs = self.theirs.map(&of);
        let ratio = |ours: f64| theirs.map_or(none(), |theirs| format!("{:.1}", theirs / ours.max(0.001)));
        let told = theirs.map_or(self.instead.clone(), |theirs| format!("**{theirs:.2}**"));
        let wall = |cost: &Cost| format!("{:.1}", cost.wall_ms.0);
        let kilobytes = |cost: &Cost| format!("{:.1}", cost.bytes as f64 / 1e3);
        let listed = |cost: &Cost| cost.listed.map_or(none(), |listed| listed.to_string());
        let [sqlite, postgres] = self.ours;
        let there = |tell: &dyn Fn(&Cost) -> String| self.theirs.map_or(none(), tell);
        vec![
            name,
            format!("**{:.2}**", ours[0]),
            format!("**{:.2}**", ours[1]),
            told,
            ratio(ours[0]),
            ratio(ours[1]),
            if walls { format!("{} / {} / {}", wall(sqlite), wall(postgres), there(&wall)) } else { none() },
            format!("{} / {}", kilobytes(postgres), there(&kilobytes)),
            if postgres.listed.is_some() { format!("{} / {}", listed(postgres), there(&listed)) } else { none() },
        ]
    }
}

/// What stands where there is nothing to say.
fn none() -> String {
    "–".to_owned()
}

/// The table: ours on SQLite and on PostgreSQL, in the same order.
pub(crate) fn section(pictures: u64, ours: [&[(String, Cost)]; 2], reference: &Measured) -> String {
    let mut table = Table::new(&[
        "request",
        "SQLite: ms",
        "PostgreSQL: ms",
        "reference: ms",
        "reference ÷ SQLite",
        "reference ÷ PostgreSQL",
        "p50, ms: SQLite / PostgreSQL / reference",
        "kB: ours / reference",
        "listed: ours / reference",
    ]);
    for (at, (name, theirs)) in reference.rows.iter().enumerate() {
        let three = Three {
            ours: ours.map(|costs| &costs[at].1),
            theirs: theirs.as_ref().ok(),
            instead: theirs.as_ref().err().map_or(String::new(), |refusal| format!("error {}", refusal.status)),
        };
        if three.ours[0].first_ms.is_some() {
            table.row(three.line(format!("{name}: drawn"), |cost| cost.first_ms.unwrap_or_default(), false));
            table.row(three.line(format!("{name}: again"), |cost| cost.again_ms, true));
        } else {
            table.row(three.line(name.clone(), |cost| cost.again_ms, true));
        }
    }
    let Measured { counts, bytes_per_picture, peak, .. } = reference;
    format!(
        "## Beside the reference server, {pictures} pictures\n\n{}\nMilliseconds of processor time a request, of all processes of a \
         server and of PostgreSQL, which both use, one after the other. What is compared are the pictures that everybody sees: \
         {counts}, in both. `drawn` are tiles that nobody asked for before, `again` the same tile as before; the reference server \
         keeps none, and draws each time. All were asked for gzip: the reference server compresses answers in JSON, and no tiles. \
         PostgreSQL's compiler (`jit`) is off for it, as our server has it off for its own queries, and its registration is open, so \
         that its tiles need not look at who asks. It needs {bytes_per_picture:.0} bytes of its database a picture, and had at most \
         {} MB of memory in three processes.\n\n",
        table.markdown(),
        peak / 1000,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::Refusal;

    fn cost(first_ms: Option<f64>, again_ms: f64, listed: Option<usize>) -> Cost {
        Cost { first_ms, again_ms, wall_ms: (again_ms, again_ms), bytes: 1500, listed }
    }

    #[test]
    fn what_it_refuses_is_said_in_its_row() {
        let ours = [
            ("tile".to_owned(), cost(Some(2.0), 0.5, None)),
            ("search".to_owned(), cost(None, 4.0, Some(10))),
            ("item".to_owned(), cost(None, 1.0, None)),
        ];
        let refusal = Refusal { status: 500, told: "GET /item -> 500".to_owned() };
        let rows = vec![
            ("tile".to_owned(), Ok(cost(Some(8.0), 6.0, None))),
            ("search".to_owned(), Ok(cost(None, 6.0, Some(9)))),
            ("item".to_owned(), Err(refusal)),
        ];
        let counts = Counts { pictures: 90, sequences: 3, accounts: 2 };
        let reference = Measured { counts, bytes_per_picture: 5000.0, peak: 300_000, rows };
        let text = section(100, [&ours, &ours], &reference);
        for line in [
            "| tile: drawn | **2.00** | **2.00** | **8.00** | 4.0 | 4.0 | – | 1.5 / 1.5 | – |",
            "| tile: again | **0.50** | **0.50** | **6.00** | 12.0 | 12.0 | 0.5 / 0.5 / 6.0 | 1.5 / 1.5 | – |",
            "| search | **4.00** | **4.00** | **6.00** | 1.5 | 1.5 | 4.0 / 4.0 / 6.0 | 1.5 / 1.5 | 10 / 9 |",
            "| item | **1.00** | **1.00** | error 500 | – | – | 1.0 / 1.0 / – | 1.5 / – | – |",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(text.contains("90 pictures in 3 sequences of 2 accounts"), "{text}");
    }
}
