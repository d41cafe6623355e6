//! The whole catalog out of one database, and into another.

use std::collections::BTreeMap;

use flaneur_access::{TokenScopes, Viewer, Visibility};
use flaneur_coverage::quadkey::Tile;
use rand::{Rng as _, RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{
    Subject, areas,
    scene::{Scene, Street, viewer},
};
use crate::{
    Beginning, Catalog, CatalogError,
    archive::{Column, INSTANCE, Row, TABLES, Table, Value},
    model::{JobKind, NewInvite, NewToken, PageName, Person, Picture, Projection, Session, TokenId},
};

/// All rows of all archived tables, read in pages of this size.
async fn dump(catalog: &dyn Catalog, page: i64) -> BTreeMap<&'static str, Vec<Row>> {
    let mut snapshot = catalog.snapshot().await.unwrap();
    let mut tables = BTreeMap::new();
    for table in TABLES {
        let mut rows: Vec<Row> = Vec::new();
        loop {
            let more = snapshot.rows(table, rows.last(), page).await.unwrap();
            if more.is_empty() {
                break;
            }
            rows.extend(more);
        }
        tables.insert(table.name, rows);
    }
    tables
}

fn all(table: &Table) -> Vec<&'static Column> {
    Table::named(table.name).unwrap().columns.iter().collect()
}

/// Brings every row of one catalog into another.
async fn copy(from: &dyn Catalog, to: &dyn Catalog) {
    assert_eq!(to.begin_restore("begun").await.unwrap(), Beginning::Begun);
    let rows = dump(from, 100).await;
    let mut import = to.import().await.unwrap();
    for table in TABLES {
        import.rows(table, &all(table), rows[table.name].clone()).await.unwrap();
    }
    import.commit("imported").await.unwrap();
}

fn column<'r>(table: &str, row: &'r Row, name: &str) -> &'r Value {
    &row[Table::named(table).unwrap().position(name).unwrap()]
}

pub async fn a_snapshot_is_of_one_moment(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 3).await;
    let mut snapshot = scene.catalog.snapshot().await.unwrap();
    scene.street(&ada, Visibility::Anyone, 2).await;
    scene.account("bob").await;
    assert!(scene.catalog.delete_picture(street.pictures[0], scene.two_jobs(), scene.now()).await.unwrap());
    for (table, number) in [("accounts", 1), ("pictures", 3), ("files", 3), ("sequences", 1), ("upload_sets", 1)] {
        let rows = snapshot.rows(Table::named(table).unwrap(), None, 100).await.unwrap();
        assert_eq!(rows.len(), number, "{table}");
    }
    drop(snapshot);
    assert_eq!(dump(scene.catalog.as_ref(), 100).await["pictures"].len(), 5);
}

pub async fn archived_rows_are_paged(scene: &Scene) {
    let ada = scene.account("ada").await;
    scene.street(&ada, Visibility::Anyone, 5).await;
    let whole = dump(scene.catalog.as_ref(), 1000).await;
    assert_eq!(dump(scene.catalog.as_ref(), 1).await, whole);
    assert_eq!(dump(scene.catalog.as_ref(), 2).await, whole);
    assert_eq!(whole["pictures"].len(), 5);
    assert!(!whole["sequence_cells"].is_empty());
}

pub async fn a_lease_is_left_behind(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let picture = scene.accept(set, scene.picture(&ada)).await;
    let asked = scene.now();
    scene.pass(5);
    scene.lease(JobKind::Process, picture.0).await;
    let rows = dump(scene.catalog.as_ref(), 10).await;
    let [job] = rows["jobs"].as_slice() else { panic!("{:?}", rows["jobs"]) };
    assert_eq!(column("jobs", job, "status"), &Value::Text("queued".to_owned()));
    assert_eq!(column("jobs", job, "token"), &Value::Null);
    assert_eq!(column("jobs", job, "due_at"), &Value::Integer(asked.as_microsecond()));
}

pub async fn a_restore_takes_an_empty_catalog(scene: &Scene) {
    let catalog = &scene.catalog;
    catalog.secret("tokens", b"made when it was opened").await.unwrap();
    assert_eq!(catalog.unfinished_restore().await.unwrap(), None);
    assert_eq!(catalog.begin_restore("one").await.unwrap(), Beginning::Begun);
    assert_eq!(catalog.begin_restore("two").await.unwrap(), Beginning::Unfinished("one".to_owned()));
    assert_eq!(catalog.unfinished_restore().await.unwrap().as_deref(), Some("one"));
    drop(catalog.import().await.unwrap());
    catalog.import().await.unwrap().commit("imported").await.unwrap();
    assert_eq!(catalog.unfinished_restore().await.unwrap().as_deref(), Some("imported"));
    catalog.finish_restore(b"another").await.unwrap();
    assert_eq!(catalog.unfinished_restore().await.unwrap(), None);
    assert_eq!(catalog.secret(INSTANCE, b"candidate").await.unwrap(), b"another");

    scene.account("ada").await;
    assert_eq!(catalog.begin_restore("three").await.unwrap(), Beginning::InUse);
    assert_eq!(catalog.unfinished_restore().await.unwrap(), None);
    assert!(matches!(catalog.import().await, Err(CatalogError::Conflict(_))));
}

pub async fn an_import_is_whole_or_not_at_all(scene: &Scene) {
    let catalog = &scene.catalog;
    assert_eq!(catalog.begin_restore("begun").await.unwrap(), Beginning::Begun);
    let table = Table::named("accounts").unwrap();
    let account = |at: u128| {
        let id = uuid::Uuid::from_u128(at);
        let mut row = vec![
            Value::Uuid(id),
            Value::Text(format!("A {at}")),
            Value::Text(format!("a {at}")),
            Value::Boolean(at == 1),
            Value::Integer(5),
        ];
        row.resize(table.columns.len(), Value::Null);
        row
    };
    let mut import = catalog.import().await.unwrap();
    import.rows(table, &all(table), (1..50).map(account).collect()).await.unwrap();
    drop(import);
    assert!(!catalog.has_accounts().await.unwrap());

    let mut import = catalog.import().await.unwrap();
    let short = vec![vec![Value::Null]];
    assert!(matches!(import.rows(table, &all(table), short).await, Err(CatalogError::Corrupt { .. })));
    let mut import = {
        drop(import);
        catalog.import().await.unwrap()
    };
    import.rows(table, &all(table), (1..20_000).map(account).collect()).await.unwrap();
    import.commit("imported").await.unwrap();
    assert!(catalog.account_by_name("A 1").await.unwrap().unwrap().admin);
    assert!(!catalog.account_by_name("a 19999").await.unwrap().unwrap().admin);
}

/// A text that tries the encoding.
fn text(random: &mut StdRng) -> String {
    let letters = ['a', 'Z', ' ', '"', '\\', '\n', '\u{7f}', 'é', '図', '🚲', '\u{2028}', '{', '$'];
    (0..random.random_range(0..12)).map(|_| letters[random.random_range(0..letters.len())]).collect()
}

fn maybe<T>(random: &mut StdRng, of: impl FnOnce(&mut StdRng) -> T) -> Option<T> {
    random.random_bool(0.7).then(|| of(random))
}

fn picture(scene: &Scene, account: &crate::model::Account, random: &mut StdRng) -> Picture {
    let panorama = random.random_bool(0.3);
    let mut picture = Picture {
        lon: random.random_range(-180.0..180.0),
        lat: random.random_range(-85.0..85.0),
        altitude: maybe(random, |random| random.random_range(-400.0..9000.0) / 3.0),
        accuracy: maybe(random, |random| f64::from_bits(random.next_u64() >> 3)).filter(|value| value.is_finite()),
        projection: if panorama { Projection::Equirectangular } else { Projection::Flat },
        visibility: Visibility::ALL[random.random_range(0..3)],
        exif: (0..random.random_range(0..4)).map(|at| (format!("{at}{}", text(random)), text(random))).collect(),
        overrides: serde_json::json!({ "z": random.random_range(-1e300..1e300), "a": [null, text(random), 1, 1.0, -0.0] }),
        claimed_blurred: random.random_bool(0.5),
        ..scene.picture(account)
    };
    picture.orientation.pitch = maybe(random, |random| random.random_range(-90.0..90.0));
    picture.camera.artist = maybe(random, text);
    picture
}

/// Fills a catalog with a bit of everything.
async fn fill(scene: &Scene, seed: u64) -> Vec<Street> {
    let mut random = StdRng::seed_from_u64(seed);
    let catalog = &scene.catalog;
    let mut streets = Vec::new();
    catalog.secret("tokens", &scene.world.secret::<32>()).await.unwrap();
    for name in ["Ada", "Bob", "Çelik 図"] {
        let account = scene.account(name).await;
        for owner in [Some(account.id), None] {
            let description = text(&mut random);
            let token = NewToken {
                id: TokenId(scene.world.id()),
                account: owner,
                description,
                created_at: scene.now(),
                expires_at: maybe(&mut random, |_| scene.now()),
                scopes: maybe(&mut random, |random| TokenScopes { edit: random.random(), ..TokenScopes::default() }),
            };
            catalog.create_token(token).await.unwrap();
        }
        let person = Person {
            issuer: "https://id.example".to_owned(),
            subject: format!("{name} {}", text(&mut random)),
            name: text(&mut random),
        };
        catalog.link(&person, account.id, scene.now()).await.unwrap();
        for language in ["en", "図"] {
            let html = text(&mut random);
            catalog.write_page(PageName::Terms, language, Some(&html), account.id, scene.now()).await.unwrap();
        }
        catalog.answer_terms(account.id, random.random(), scene.now()).await.unwrap();
        let expires_at = scene.pass(1);
        let invite = NewInvite {
            code_sha256: scene.world.secret::<32>().to_vec(),
            name: format!("invited by {name}"),
            admin: random.random_bool(0.5),
            created_at: scene.now(),
            expires_at,
        };
        catalog.create_invite(invite).await.unwrap();
        let session = Session { secret_sha256: scene.world.secret::<32>().to_vec(), account: account.id, expires_at };
        catalog.create_session(session, scene.now() - jiff::SignedDuration::from_secs(1)).await.unwrap();

        let pictures: Vec<Picture> =
            (0..random.random_range(1..6)).map(|_| picture(scene, &account, &mut random)).collect();
        let hidden = (pictures.len() > 1).then(|| (pictures[0].lon.clamp(-179.0, 178.0), pictures[0].lat));
        let street = scene.show(&account, Visibility::ALL[random.random_range(0..3)], pictures).await;
        // Of several, one is hidden by an area: a sequence that shows nothing would cover nothing.
        if let Some((lon, lat)) = hidden {
            areas::add(scene, areas::area(scene, Some(&account), areas::square(lon, lat, 1e-6))).await;
            areas::sweep(scene, 10).await;
        }
        // Another area was not looked at yet.
        let label = maybe(&mut random, text);
        let polar = areas::area(scene, None, areas::square(0.0, 86.0, 1.0));
        areas::add(scene, crate::model::ExcludedArea { label, ..polar }).await;
        // Nor would one whose only picture is deleted.
        if random.random_bool(0.5) && street.pictures.len() > 2 {
            assert!(catalog.delete_picture(street.pictures[0], scene.two_jobs(), scene.now()).await.unwrap());
        }
        streets.push(street);

        // One that is under way: refused, waiting, being worked at, broken, given up by the workers.
        let set = scene.set(&account).await;
        assert!(catalog.refuse_file(scene.refused(set, "no.jpg"), scene.job()).await.unwrap());
        for _ in 0..random.random_range(1..4) {
            scene.accept(set, picture(scene, &account, &mut random)).await;
        }
        let broken = scene.accept(set, picture(scene, &account, &mut random)).await;
        scene.break_down(broken).await;
        let again = scene.accept(set, picture(scene, &account, &mut random)).await;
        scene.publish(again).await;
        super::redactions::redact(scene, &account, again).await;
        super::edits::tag_something(scene, &account, again).await;
        super::reports::report_something(scene, again).await;
        super::webhooks::tell_something(scene, &account).await;
        super::addresses::give_something(scene, account.id).await;
        let lease = scene.lease_any(JobKind::Process).await.unwrap();
        if random.random_bool(0.5) {
            let failure = crate::model::Failure::Park { reason: text(&mut random) };
            assert!(catalog.fail(&lease, failure).await.unwrap());
        }
        scene.pass(1);
    }
    let last = streets.last().unwrap();
    assert!(catalog.delete_sequence(last.sequence, &|| scene.job(), scene.now()).await.unwrap());
    streets
}

/// What comes out of one database and into another comes out of that the same, and is the same to whoever asks.
pub async fn round_trip(from: Subject, to: Subject, seed: u64) {
    let source = Scene::new(from);
    let streets = fill(&source, seed).await;
    let target = Scene::new(to);
    copy(source.catalog.as_ref(), target.catalog.as_ref()).await;
    let (one, other) = (dump(source.catalog.as_ref(), 100).await, dump(target.catalog.as_ref(), 7).await);
    for table in TABLES {
        assert_eq!(one[table.name], other[table.name], "{table}");
        assert!(!one[table.name].is_empty(), "nothing was said of {table}");
    }
    target.catalog.finish_restore(&[1; 16]).await.unwrap();

    let everywhere = Tile { z: 0, x: 0, y: 0 }.keys();
    for street in &streets {
        for viewer in [Viewer::Anonymous, viewer(&street.account)] {
            let query = source.query(viewer);
            let answers = [&source, &target].map(|scene| {
                let (catalog, everywhere, query) = (scene.catalog.clone(), everywhere.clone(), query.clone());
                async move {
                    let items = catalog.search(&query).await.unwrap().items;
                    let sequence = catalog.sequence(viewer, street.sequence).await.unwrap();
                    let mut grids = Vec::new();
                    for zoom in [0, 6, 9, 12] {
                        grids.push(catalog.grid(viewer, None, everywhere.clone(), zoom).await.unwrap());
                    }
                    let files = catalog.files(street.set, 0, 100).await.unwrap();
                    (items, sequence, grids, files)
                }
            });
            let [one, other] = answers;
            assert_eq!(one.await, other.await);
        }
    }
    assert_eq!(target.catalog.coverage_drift().await.unwrap(), 0);
    assert_eq!(target.catalog.job_counts().await.unwrap().leased, 0);
    // Life goes on: numbers are not given twice, and a new file comes after the old ones.
    let street = &streets[0];
    let scene = target.continuing(&source);
    let new = scene.accept(street.set, scene.picture(&street.account)).await;
    let files = scene.catalog.files(street.set, 0, 100).await.unwrap();
    assert_eq!(files.last().unwrap().picture, Some(new));
}
