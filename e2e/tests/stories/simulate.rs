//! A catalog that was made up: the server works on it, and nothing is wrong with it but that there are no files.

use std::path::Path;

use flaneur_e2e::{Commands, Postgres, Role, field};
use serde_json::Value;
use tempfile::TempDir;

fn data() -> TempDir {
    tempfile::Builder::new().prefix("flaneur-e2e-").tempdir().unwrap()
}

/// The place of the largest city (longitude, latitude), as the command tells it.
pub(crate) fn largest_city(printed: &str) -> (f64, f64) {
    let line = printed.lines().find(|line| line.contains("largest city")).unwrap_or_else(|| panic!("{printed}"));
    let place = line.split_whitespace().find_map(|word| word.split_once(',')).unwrap();
    (place.1.parse().unwrap(), place.0.parse().unwrap())
}

/// Simulates, examines and looks around; `place` says where the data are.
async fn simulate(data: &Path, place: &[&str]) {
    let commands = Commands::on(&[place, &["--data", data.to_str().unwrap()]].concat(), &[]);
    let made = commands.run(&["simulate", "--pictures", "3000", "--seed", "7"]);
    assert!(made.success, "{made:?}");
    assert!(made.stdout.contains("3000 simulated pictures") && made.stdout.contains("there are no files"), "{made:?}");
    let again = commands.run(&["simulate", "--pictures", "3000"]);
    assert!(!again.success && again.stderr.contains("not empty: choose a new one"), "{again:?}");

    let examined = commands.run(&["doctor", "--json"]);
    let report: Value = serde_json::from_str(&examined.stdout).unwrap_or_else(|_| panic!("{examined:?}"));
    let findings = field(&report, "/findings").as_array().unwrap();
    let kinds: Vec<&Value> = findings.iter().map(|finding| &finding["kind"]).collect();
    assert_eq!(kinds, ["objects-missing"], "{report:#}");

    let (lon, lat) = largest_city(&made.stdout);
    let api = Role::start("api", data, place);
    let bbox = format!("{},{},{},{}", lon - 0.02, lat - 0.02, lon + 0.02, lat + 0.02);
    let found = api.client(None).json(&format!("/api/search?bbox={bbox}&limit=20")).await;
    assert_eq!(field(&found, "/features").as_array().unwrap().len(), 20, "{found}");
    let log = api.client(None).json("/api/changes?limit=10").await;
    assert_eq!(field(&log, "/changes").as_array().unwrap().len(), 10, "{log}");
    let tiler = Role::start("tiler", data, place);
    for zoom in [6, 14] {
        let (x, y) = super::coverage::tile(zoom, lon, lat);
        let tile = tiler.client(None).get(&format!("/api/map/{zoom}/{x}/{y}.mvt")).await.ok();
        assert!(tile.body.len() > 100, "zoom {zoom}: {} bytes", tile.body.len());
    }
}

#[tokio::test]
async fn a_simulated_catalog_is_a_catalog() {
    simulate(data().path(), &[]).await;
}

#[tokio::test]
async fn a_simulated_catalog_is_a_catalog_in_postgresql() {
    let postgres = Postgres::start();
    simulate(data().path(), &["--database", postgres.url()]).await;
}
