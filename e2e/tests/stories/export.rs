//! `flaneur export`: the map as one file, read back and compared with what the server draws.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flaneur_e2e::{Client, Commands, LONG, Placement, Role, Server, Tools, alone, text, until};
use futures::TryStreamExt as _;
use pmtiles::{AsyncPmTilesReader, Compression, TileCoord, TileType};
use reqwest::Method;
use serde_json::{Value, json};

/// Zoom level, column and row.
type Name = (u8, u32, u32);

/// Every tile of an archive, decompressed.
async fn tiles(archive: &Path) -> BTreeMap<Name, Vec<u8>> {
    let reader = Arc::new(AsyncPmTilesReader::new_with_path(archive).await.expect("an archive"));
    let entries: Vec<_> = reader.clone().entries().try_collect().await.expect("a directory");
    let mut tiles = BTreeMap::new();
    for place in entries.iter().flat_map(|entry| entry.iter_coords()).map(TileCoord::from) {
        let tile = reader.get_tile_decompressed(place).await.expect("a tile").expect("that the directory names");
        assert!(tiles.insert((place.z(), place.x(), place.y()), tile.to_vec()).is_none(), "{place:?} is there twice");
    }
    tiles
}

/// Every tile of a server that is not empty, found by looking below each of them.
async fn served(client: &Client, last: u8) -> BTreeMap<Name, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut ahead = vec![(0, 0, 0)];
    while let Some((z, x, y)) = ahead.pop() {
        let tile = client.get(&format!("/api/map/{z}/{x}/{y}.mvt")).await.ok().body;
        if tile.is_empty() {
            continue;
        }
        found.insert((z, x, y), tile.clone());
        if z < last {
            ahead.extend([(0, 0), (1, 0), (0, 1), (1, 1)].map(|(right, down)| (z + 1, x * 2 + right, y * 2 + down)));
        }
    }
    found
}

/// An archive as the library of browsers reads it: header, metadata, tiles by name.
async fn read_as_browsers_do(archive: &Path, names: &[Name]) -> Value {
    let package = Tools::repository().join("e2e/browser");
    assert!(package.join("node_modules/pmtiles").is_dir(), "run `npm --prefix e2e/browser ci`, or `make test-e2e`");
    let home = tempfile::tempdir().expect("a temporary folder");
    let names = names.iter().map(|(z, x, y)| format!("{z}/{x}/{y}"));
    let run = alone("node", home.path()).arg(package.join("archive.mjs")).arg(archive).args(names).output();
    let output = tokio::time::timeout(LONG, run).await.expect("it ends").expect("node starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[tokio::test]
async fn an_archive_has_the_tiles_of_the_server_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let commands = Commands::on(&["--data", data.to_str().unwrap()], &[]);
    assert!(commands.run(&["simulate", "--pictures", "20000", "--seed", "3"]).success);
    let file = folder.path().join("coverage.pmtiles");
    let to = file.to_str().unwrap();
    let made = commands.run(&["export", to, "--name", "Town", "--license", "CC0-1.0"]);
    assert!(made.success && made.stdout.contains("up to zoom level 15"), "{made:?}");

    let exported = tiles(&file).await;
    let tiler = Role::start("tiler", &data, &["--name", "Town", "--license", "CC0-1.0"]);
    let client = tiler.client(None);
    let expected = served(&client, 15).await;
    assert!(expected.len() > 100, "{} tiles", expected.len());
    let names = |tiles: &BTreeMap<Name, Vec<u8>>| tiles.keys().copied().collect::<BTreeSet<_>>();
    let (here, there) = (names(&exported), names(&expected));
    assert_eq!(here.symmetric_difference(&there).collect::<Vec<_>>(), Vec::<&Name>::new());
    for (name, tile) in &expected {
        assert_eq!(&exported[name], tile, "{name:?}");
    }

    let described = client.json("/api/map/tiles.json").await;
    let reader = AsyncPmTilesReader::new_with_path(&file).await.unwrap();
    let header = reader.get_header();
    assert_eq!((header.tile_type, header.tile_compression), (TileType::Mvt, Compression::Gzip));
    assert_eq!((header.min_zoom, header.max_zoom, header.clustered()), (0, 15, true));
    let corners = [header.min_longitude, header.min_latitude, header.max_longitude, header.max_latitude];
    for (index, corner) in corners.into_iter().enumerate() {
        assert!((corner - described["bounds"][index].as_f64().unwrap()).abs() < 1e-6, "{corners:?} {described}");
    }
    let metadata: Value = serde_json::from_str(&reader.get_metadata().await.unwrap()).unwrap();
    for member in ["name", "description", "attribution", "version", "vector_layers"] {
        assert_eq!(metadata[member], described[member], "{member}");
    }

    let mut looked_at: Vec<Name> = expected.keys().step_by(expected.len() / 20).copied().collect();
    looked_at.push((15, 0, 0));
    let read = read_as_browsers_do(&file, &looked_at).await;
    assert_eq!((&read["header"]["maxZoom"], &read["header"]["specVersion"]), (&json!(15), &json!(3)));
    assert_eq!(read["metadata"], metadata);
    for name in looked_at {
        let (z, x, y) = name;
        let tile = read["tiles"][format!("{z}/{x}/{y}")].as_str().map(|text| STANDARD.decode(text).unwrap());
        assert_eq!(tile.as_ref(), expected.get(&name), "{name:?}");
    }
}

#[tokio::test]
async fn the_same_catalog_gives_the_same_bytes_and_no_file_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let on = |data: &str| Commands::on(&["--data", folder.path().join(data).to_str().unwrap()], &[]);
    let file = |name: &str| folder.path().join(name);
    let to = |name: &str| file(name).to_str().unwrap().to_owned();
    let files = || {
        let entries = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        entries.filter(|name| name != "data").map(|name| name.into_string().unwrap()).collect::<BTreeSet<_>>()
    };
    let empty = on("data").run(&["export", &to("nothing.pmtiles")]);
    assert!(!empty.success && empty.stderr.contains("no picture is shown to everybody yet"), "{empty:?}");
    assert!(files().is_empty(), "{:?}", files());

    // In another place, since one that was used is not filled.
    let commands = on("data/simulated");
    assert!(commands.run(&["simulate", "--pictures", "300", "--seed", "5"]).success);
    let export =
        |name: &str, more: &[&str]| commands.run(&[&["export", &to(name), "--max-zoom", "8"][..], more].concat());
    for name in ["one.pmtiles", "two.pmtiles"] {
        let made = export(name, &[]);
        assert!(made.success, "{made:?}");
    }
    let one = std::fs::read(file("one.pmtiles")).unwrap();
    assert!(one == std::fs::read(file("two.pmtiles")).unwrap(), "the bytes differ");
    assert!(tiles(&file("one.pmtiles")).await.keys().all(|(zoom, ..)| *zoom <= 8));

    let refused = export("one.pmtiles", &["--name", "Another"]);
    assert!(!refused.success && refused.stderr.contains("--force"), "{refused:?}");
    assert!(one == std::fs::read(file("one.pmtiles")).unwrap());
    let replaced = export("one.pmtiles", &["--name", "Another", "--force"]);
    assert!(replaced.success, "{replaced:?}");
    assert!(one != std::fs::read(file("one.pmtiles")).unwrap());
    for (name, sentence) in [
        ("map.mbtiles", "ends in .pmtiles"),
        ("no/folder/map.pmtiles", "cannot write into the folder"),
        ("data", "ends in .pmtiles"),
    ] {
        let refused = export(name, &["--force"]);
        assert!(!refused.success && refused.stderr.contains(sentence), "{refused:?}");
    }
    assert_eq!(files(), BTreeSet::from(["one.pmtiles".to_owned(), "two.pmtiles".to_owned()]), "no draft is left");
}

#[tokio::test]
async fn what_is_hidden_is_in_no_archive() {
    let server = Server::start();
    let client = server.admin();
    let items = client.upload_walk("walk", 0..3).await;
    let id = |index: usize| text(&items[index], "/id");
    let target = format!("/api/collections/{}/items/{}", text(&items[1], "/collection"), id(1));
    client.tell(Method::PATCH, &target, &json!({ "visibility": "owner-only" })).await.ok();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("coverage.pmtiles");
    let at = Placement::walk(0);
    let (x, y) = super::coverage::tile(15, at.longitude, at.latitude);
    // The sequence's line follows a moment later.
    until("the map has the line without the hidden picture", LONG, async || {
        let tile = server.anonymous().get(&format!("/api/map/15/{x}/{y}.mvt")).await.ok();
        let shown = super::coverage::layers(&tile.body);
        let pictures = shown.iter().find(|(name, _)| name == "pictures").map_or(0, |(_, features)| features.len());
        (pictures == 2 && shown.len() == 2).then_some(())
    })
    .await;
    let made = server.command(&["export", file.to_str().unwrap()]);
    assert!(made.success, "{made:?}");
    let exported = tiles(&file).await;
    let holds = |id: &str| exported.values().any(|tile| tile.windows(id.len()).any(|part| part == id.as_bytes()));
    assert!(holds(&id(0)) && !holds(&id(1)) && holds(&id(2)));
    let counted = super::coverage::layers(&exported[&(0, 0, 0)]);
    assert!(super::coverage::get(&counted[0].1[0], "nb_pictures").contains('2'), "{counted:?}");

    // What was exported before is a file like any other: it says what it said.
    let collection = format!("/api/collections/{}", text(&items[0], "/collection"));
    client.send(client.request(Method::DELETE, &collection)).await.ok();
    let again = server.command(&["export", file.to_str().unwrap(), "--force"]);
    assert!(!again.success && again.stderr.contains("no picture is shown to everybody"), "{again:?}");
    assert!(holds(&id(0)) && file.exists());
}
