//! What it costs to take one file in, beside the reference server.

use std::time::Duration;

use anyhow::Result;
use flaneur_bench::table::Table;

use crate::{
    Ground,
    files::{Numbers, Subject},
    floor::{self, Floor},
    servers::{Server, Spent},
};

/// What taking in a file of an ordinary size may cost us, of the server and its database together.
pub(crate) const GOAL: Duration = Duration::from_millis(4);
/// Servers take turns, so that what else the machine does hits them alike.
const ROUNDS: u32 = 4;
/// Small files before all others, which nobody counts: a server that is new makes folders, connections and plans.
const FIRST: u32 = 500;
/// Files of a kind before those that are counted.
const WARM_UP: u32 = 6;

/// What one server spent on one kind of file, round by round.
#[derive(Debug, Default)]
struct Figure {
    rounds: Vec<Spent>,
    files: u32,
}

impl Figure {
    /// Milliseconds a file.
    fn per_file(&self, of: impl Fn(Spent) -> Duration) -> f64 {
        let all: Duration = self.rounds.iter().copied().map(of).sum();
        all.as_secs_f64() * 1e3 / f64::from(self.files * self.rounds.len() as u32)
    }

    /// Server and database, with the least and the most of a round.
    fn text(&self) -> String {
        let rounds: Vec<f64> =
            self.rounds.iter().map(|spent| spent.sum().as_secs_f64() * 1e3 / f64::from(self.files)).collect();
        let least = rounds.iter().copied().fold(f64::INFINITY, f64::min);
        let most = rounds.iter().copied().fold(0.0, f64::max);
        let (sum, server) = (self.per_file(Spent::sum), self.per_file(|spent| spent.server));
        let database = self.per_file(|spent| spent.database);
        if database > 0.0 {
            format!("**{sum:.1}** ({least:.1}–{most:.1}) = {server:.1} + {database:.1}")
        } else {
            format!("**{sum:.1}** ({least:.1}–{most:.1})")
        }
    }
}

/// The table, and what it says.
pub(crate) async fn section(ground: &Ground, numbers: &mut Numbers) -> Result<String> {
    let subjects = [
        (Subject::of_about("flat, 12 MP,", (4000, 3000), 1_800_000)?, 30),
        (Subject::of_about("360°", (5760, 2880), 3_300_000)?, 30),
        (Subject::of_about("large, 34 MP,", (8192, 4096), 25_000_000)?, 6),
    ];
    let mut servers = vec![Some(Server::ours(None).await?)];
    servers.push(match &ground.postgres {
        Some(postgres) => Some(Server::ours(Some((postgres, "ours"))).await?),
        None => None,
    });
    servers.push(match (&ground.postgres, &ground.reference) {
        (Some(postgres), Ok(environment)) => Some(Server::reference(environment, postgres, "reference").await?),
        _ => None,
    });
    let mut table = Table::new(&[
        "file",
        "Flaneur on SQLite: ms",
        "Flaneur on PostgreSQL: ms",
        "reference: ms",
        "reference ÷ SQLite",
        "reference ÷ PostgreSQL",
        "hashes + synced write alone: ms",
        "goal",
    ]);
    let small = Subject::of_about("", (320, 240), 20_000)?;
    for server in servers.iter().flatten() {
        server.take(numbers.files(&small, FIRST)).await?;
    }
    for (subject, files) in &subjects {
        let mut figures: Vec<Option<Figure>> = Vec::new();
        for server in &servers {
            if let Some(server) = server {
                server.take(numbers.files(subject, WARM_UP)).await?;
            }
            figures.push(server.as_ref().map(|_| Figure { rounds: Vec::new(), files: *files }));
        }
        let mut alone = Floor::default();
        for _ in 0..ROUNDS {
            let spent = floor::measure(&numbers.files(subject, *files))?;
            alone.hashes += spent.hashes;
            alone.writing += spent.writing;
            for (server, figure) in servers.iter().zip(&mut figures) {
                if let (Some(server), Some(figure)) = (server, figure) {
                    figure.rounds.push(server.take(numbers.files(subject, *files)).await?);
                }
            }
        }
        let per_file = |spent: Duration| spent.as_secs_f64() * 1e3 / f64::from(files * ROUNDS);
        let (hashes, writing) = (per_file(alone.hashes), per_file(alone.writing));
        let alone = format!("{:.1} = {hashes:.1} + {writing:.1}", hashes + writing);
        table.row(row(&subject.name, &figures, alone));
    }
    let goal = GOAL.as_millis();
    Ok(format!(
        "## Processor time to take in one file\n\n{}\nMilliseconds of processor time a file, user and system, of all \
         processes of the server + of PostgreSQL; in brackets the cheapest and the dearest of {ROUNDS} rounds of 30 files \
         (6 large ones), in which the servers take turns. The goal is at most {goal} ms for the two ordinary sizes. Files are \
         sent one after another, {FIRST} small ones before all others; no server has a worker. What Flaneur answers 202 is synced \
         to the disk, and its structure was followed to the end. The last column but one is what that alone costs here, in \
         one thread of the benchmark: MD5, which clients compare, with SHA-256, + one write to a new file and `fsync`.{}\n\n",
        table.markdown(),
        ground.missing(),
    ))
}

fn row(name: &str, figures: &[Option<Figure>], alone: String) -> Vec<String> {
    let sum = |at: usize| figures[at].as_ref().map(|figure| figure.per_file(Spent::sum));
    let text = |at: usize| figures[at].as_ref().map_or_else(|| "–".to_owned(), Figure::text);
    let ratio = |at: usize| match (sum(2), sum(at)) {
        (Some(reference), Some(ours)) if ours > 0.0 => format!("{:.1}", reference / ours),
        _ => "–".to_owned(),
    };
    let ours = sum(0).unwrap_or_default().max(sum(1).unwrap_or_default());
    let large = name.starts_with("large");
    let goal = if large { "–".to_owned() } else { verdict(ours <= GOAL.as_secs_f64() * 1e3).to_owned() };
    vec![name.to_owned(), text(0), text(1), text(2), ratio(0), ratio(1), alone, goal]
}

/// How a goal is said to be met or missed.
pub(crate) fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "**missed**" }
}
