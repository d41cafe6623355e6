//! `flaneur simulate`: fills an empty catalog with pictures that do not exist.

use std::{
    io::IsTerminal as _,
    sync::Mutex,
    time::{Duration, Instant},
};

use anyhow::Result;
use flaneur_catalog::world::World;
use flaneur_simulate::{Filled, Simulation, fill};

use super::say;
use crate::{
    options::SimulateArgs,
    parts::{
        lock, open,
        watching::{stopped_by_signal, tell},
    },
};

/// Time between two lines of progress.
const BETWEEN: Duration = Duration::from_secs(1);

/// Simulates.
pub async fn run(args: SimulateArgs) -> Result<()> {
    let url = args.place.database()?;
    let _hold = lock::alone(&url)?;
    let catalog = open::any_catalog(&args.place).await?;
    let simulation = Simulation::new(args.seed, args.pictures);
    let (listener, stop) = (listener(simulation.pictures()), stopped_by_signal());
    // Not of the seed: no two instances are the same one.
    let instance = World::real().secret::<16>();
    let outcome = fill(catalog.as_ref(), &simulation, &instance, &listener, &stop).await;
    catalog.close().await;
    say(&summary(outcome?, &simulation, &url.to_string()));
    Ok(())
}

fn summary(filled: Filled, simulation: &Simulation, url: &str) -> String {
    let Filled { pictures, public, deleted, sequences, upload_sets, rows } = filled;
    let accounts = simulation.accounts();
    let mut lines = vec![
        format!(
            "{url} has {pictures} simulated pictures in {sequences} sequences of {upload_sets} upload sets, {rows} rows"
        ),
        format!("everybody sees {public} of them; {deleted} are deleted"),
        format!("{} accounts in {} cities", accounts.len(), simulation.cities().len()),
    ];
    if let (Some(city), Some(account)) = (simulation.cities().first(), accounts.first()) {
        lines.push(format!(
            "the largest city is around {:.4},{:.4} (latitude, longitude)",
            city.centre.lat, city.centre.lon
        ));
        lines.push(format!("most are of {0}; act for it with: flaneur token create --account {0}", account.name));
    }
    lines.push(
        "there are no files: whoever asks for a picture itself gets none, and `flaneur doctor` finds them missing"
            .to_owned(),
    );
    lines.join("\n")
}

/// Tells how far it is: a line a second at most, and only where somebody looks.
fn listener(total: u64) -> impl Fn(Option<u64>) + Send + Sync {
    let shown = std::io::stderr().is_terminal();
    let begun = Instant::now();
    let last = Mutex::new(None::<Instant>);
    move |done: Option<u64>| {
        if !shown {
            return;
        }
        let mut last = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // What takes long is told of at its beginning.
        if done.is_none() || last.is_none_or(|at| at.elapsed() >= BETWEEN) {
            *last = Some(Instant::now());
            tell(&line(done, total, begun.elapsed()));
        }
    }
}

fn line(done: Option<u64>, total: u64, elapsed: Duration) -> String {
    let Some(done) = done else { return format!("all {total} pictures written; making indexes and counts") };
    let a_second = done as f64 / elapsed.as_secs_f64().max(0.001);
    let left = (total.saturating_sub(done) as f64 / a_second.max(0.001)) as u64;
    format!("{done} of {total} pictures, {a_second:.0} a second, {}:{:02} left", left / 60, left % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_it_is_is_a_line() {
        let five = Duration::from_secs(5);
        assert_eq!(line(Some(50_000), 1_000_000, five), "50000 of 1000000 pictures, 10000 a second, 1:35 left");
        assert_eq!(line(Some(0), 10, Duration::ZERO), "0 of 10 pictures, 0 a second, 166:40 left");
        assert_eq!(line(None, 10, five), "all 10 pictures written; making indexes and counts");
    }

    #[test]
    fn what_there_is_and_what_there_is_not_is_told() {
        let filled = Filled { pictures: 10, public: 8, deleted: 1, sequences: 2, upload_sets: 1, rows: 40 };
        let text = summary(filled, &Simulation::new(1, 10), "sqlite:x.db");
        assert!(
            text.starts_with("sqlite:x.db has 10 simulated pictures in 2 sequences of 1 upload sets, 40 rows\n"),
            "{text}"
        );
        assert!(text.contains("there are no files") && text.contains("token create --account ada0"), "{text}");
    }
}
