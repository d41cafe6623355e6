//! A simulation in a catalog: the same in every database, and nothing to be found wrong with it.
#![expect(clippy::unwrap_used, reason = "this is test code")]

use std::{collections::BTreeMap, sync::Arc};

use flaneur_access::Viewer;
use flaneur_catalog::{
    Accounts as _, Archive as _, Catalog,
    archive::{Row, TABLES, Table, Value},
    model::{Area, Order, SearchQuery, SequenceId},
    postgres::PostgresCatalog,
    sqlite::SqliteCatalog,
    summary::summarise,
};
use flaneur_coverage::quadkey::{Bbox, Tile};
use flaneur_simulate::{FillError, Filled, Simulation, fill};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio_util::sync::CancellationToken;

const PICTURES: u64 = 2000;

async fn filled(catalog: &dyn Catalog, seed: u64) -> Filled {
    let simulation = Simulation::new(seed, PICTURES);
    fill(catalog, &simulation, &[1; 16], &|_| (), &CancellationToken::new()).await.unwrap()
}

async fn file(folder: &tempfile::TempDir) -> SqliteCatalog {
    SqliteCatalog::open(&folder.path().join("catalog.db")).await.unwrap()
}

/// All rows of all archived tables.
async fn dump(catalog: &dyn Catalog) -> BTreeMap<&'static str, Vec<Row>> {
    let mut snapshot = catalog.snapshot().await.unwrap();
    let mut tables = BTreeMap::new();
    for table in TABLES {
        let mut rows: Vec<Row> = Vec::new();
        loop {
            let more = snapshot.rows(table, rows.last(), 1000).await.unwrap();
            if more.is_empty() {
                break;
            }
            rows.extend(more);
        }
        tables.insert(table.name, rows);
    }
    tables
}

fn column<'r>(table: &str, row: &'r Row, name: &str) -> &'r Value {
    &row[Table::named(table).unwrap().position(name).unwrap()]
}

/// How many rows say this.
fn count(rows: &[Row], table: &str, name: &str, is: &Value) -> usize {
    rows.iter().filter(|row| column(table, row, name) == is).count()
}

/// What the counts, the worker's sums and the change log have to say of it.
async fn is_sound(catalog: &dyn Catalog, filled: Filled) {
    assert_eq!(filled.pictures, PICTURES);
    assert_eq!(catalog.coverage_drift().await.unwrap(), 0);
    assert_eq!(catalog.unfinished_restore().await.unwrap(), None);
    assert!(catalog.stalled(10).await.unwrap().is_empty());
    let tables = dump(catalog).await;
    let (pictures, sequences) = (&tables["pictures"], &tables["sequences"]);
    assert_eq!((pictures.len() as u64, sequences.len() as u64), (PICTURES, filled.sequences));
    assert_eq!(count(pictures, "pictures", "audience", &Value::Integer(0)) as u64, filled.public);
    let deleted = Value::Text("deleted".to_owned());
    assert_eq!(count(pictures, "pictures", "status", &deleted) as u64, filled.deleted);
    assert!(filled.deleted > 0 && filled.public < PICTURES - filled.deleted, "{filled:?}");
    let numbers: Vec<&Value> = tables["changes"].iter().map(|row| column("changes", row, "number")).collect();
    let gapless: Vec<Value> = (1..=numbers.len() as i64).map(Value::Integer).collect();
    assert_eq!(numbers, gapless.iter().collect::<Vec<_>>());
    for row in sequences.iter().filter(|row| column("sequences", row, "status") != &deleted) {
        let Value::Uuid(id) = column("sequences", row, "id") else { panic!("{row:?}") };
        let sequence = catalog.sequence(Viewer::Account { id: uuid::Uuid::nil(), admin: true }, SequenceId(*id)).await;
        // One of which all pictures are deleted is shown to nobody.
        let Some(sequence) = sequence.unwrap() else { continue };
        let points = catalog.summary_points(SequenceId(*id)).await.unwrap();
        assert_eq!(sequence.summary, summarise(&points).summary, "the worker would say something else");
    }
}

#[tokio::test]
async fn a_seed_is_one_catalog() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut dumps = Vec::new();
    for (folder, seed) in folders.iter().zip([5, 5, 6]) {
        let catalog = file(folder).await;
        let filled = filled(&catalog, seed).await;
        is_sound(&catalog, filled).await;
        dumps.push(dump(&catalog).await);
    }
    let same = dumps[0] == dumps[1];
    assert!(same, "two runs of one seed differ");
    assert_ne!(dumps[0]["pictures"][0], dumps[2]["pictures"][0]);
}

#[tokio::test]
async fn a_seed_is_the_same_catalog_in_a_server() {
    let Ok(server) = std::env::var("FLANEUR_TEST_POSTGRES") else {
        eprintln!("not run: FLANEUR_TEST_POSTGRES names no PostgreSQL server (`make test` starts one)");
        return;
    };
    let options: sqlx::postgres::PgConnectOptions = server.parse().unwrap();
    let name = format!("simulate_{}", std::process::id());
    let mut connection = options.connect().await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);

    let folder = tempfile::tempdir().unwrap();
    let in_file = file(&folder).await;
    let in_server = PostgresCatalog::open(&url).await.unwrap();
    filled(&in_file, 5).await;
    let filled = filled(&in_server, 5).await;
    is_sound(&in_server, filled).await;
    let (one, other) = (dump(&in_file).await, dump(&in_server).await);
    for table in TABLES {
        assert_eq!(one[table.name].len(), other[table.name].len(), "{table}");
        for (one, other) in one[table.name].iter().zip(&other[table.name]) {
            assert_eq!(one, other, "{table}");
        }
    }
    in_server.close().await;
    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
    sqlx::query(sqlx::AssertSqlSafe(drop)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// What packing saves: `cargo test -p flaneur-simulate --test catalog packed -- --nocapture` prints the bytes.
#[tokio::test]
async fn documents_of_pictures_are_packed() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = file(&folder).await;
    filled(&catalog, 1).await;
    let tables = dump(&catalog).await;
    let path = folder.path().join("catalog.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection = options.connect().await.unwrap();
    for (name, at_least) in [("exif", 6.0), ("objects", 2.0), ("detections", 2.0), ("overrides", 2.0)] {
        let sizes = tables["pictures"].iter().filter_map(|row| match column("pictures", row, name) {
            Value::Json(document) => Some(document.get().len() as i64),
            _ => None,
        });
        let plain: i64 = sizes.sum();
        let sql = format!("SELECT sum(length({name})), count({name}) FROM pictures");
        let (stored, number): (i64, i64) =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
        println!("{name}: {} bytes as JSON, {} as stored", plain / number, stored / number);
        assert!(plain as f64 > at_least * stored as f64, "{name}: {plain} bytes as JSON, {stored} as stored");
    }
    connection.close().await.unwrap();
}

#[tokio::test]
async fn what_is_there_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let catalog: Arc<dyn Catalog> = Arc::new(file(&folder).await);
    let filled = filled(catalog.as_ref(), 5).await;
    let simulation = Simulation::new(5, PICTURES);
    let centre = simulation.cities()[0].centre;
    let query = SearchQuery {
        area: Some(Area::of(Bbox {
            west: centre.lon - 0.02,
            south: centre.lat - 0.02,
            east: centre.lon + 0.02,
            north: centre.lat + 0.02,
        })),
        order: Order::Nearest(centre.lon, centre.lat),
        ..SearchQuery::all(Viewer::Anonymous, 50)
    };
    assert_eq!(catalog.search(&query).await.unwrap().items.len(), 50);
    let everywhere = Tile { z: 0, x: 0, y: 0 }.keys();
    let grid = catalog.grid(Viewer::Anonymous, None, everywhere, 6).await.unwrap();
    let counted: i64 = grid.iter().map(|cell| cell.pictures).sum();
    assert_eq!(counted as u64, filled.public);
}

#[tokio::test]
async fn only_an_empty_catalog_is_filled_and_a_stop_leaves_it_empty() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = file(&folder).await;
    let simulation = Simulation::new(5, PICTURES);
    let stop = CancellationToken::new();
    // In the middle of it.
    let listener = |done: Option<u64>| {
        if done.is_some_and(|done| done >= 1000) {
            stop.cancel();
        }
    };
    let stopped = fill(&catalog, &simulation, &[1; 16], &listener, &stop).await;
    assert!(matches!(stopped, Err(FillError::Stopped)), "{stopped:?}");
    assert!(!catalog.has_accounts().await.unwrap());
    assert_eq!(catalog.unfinished_restore().await.unwrap(), None);

    filled(&catalog, 5).await;
    let again = fill(&catalog, &simulation, &[1; 16], &|_| (), &CancellationToken::new()).await;
    assert!(matches!(again, Err(FillError::NotEmpty)), "{again:?}");
    let folder = tempfile::tempdir().unwrap();
    let catalog = file(&folder).await;
    catalog.begin_restore("a backup").await.unwrap();
    let restoring = fill(&catalog, &simulation, &[1; 16], &|_| (), &CancellationToken::new()).await;
    assert!(matches!(restoring, Err(FillError::Restoring)), "{restoring:?}");
}
