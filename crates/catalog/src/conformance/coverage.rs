//! The coverage map.

use std::collections::BTreeSet;

use flaneur_access::{Viewer, Visibility};
use flaneur_coverage::quadkey::{self, Tile};
use uuid::Uuid;

use super::scene::{Scene, viewer};
use crate::{
    COVERED_ZOOM,
    model::{Camera, GridCell, JobKind, Picture, PictureMark, Projection, Semantic, SequenceId, SequenceMark},
};

fn everywhere() -> std::ops::RangeInclusive<i64> {
    Tile { z: 0, x: 0, y: 0 }.keys()
}

pub async fn the_grid_counts_pictures(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let paris = |account| Picture { lon: 2.35, lat: 48.85, ..scene.picture(account) };
    let around = Picture { projection: Projection::Equirectangular, ..paris(&ada) };
    let quito = Picture { lon: -78.5, lat: -0.2, ..scene.picture(&bob) };
    scene.show(&ada, Visibility::Anyone, vec![paris(&ada), around]).await;
    scene.show(&bob, Visibility::Anyone, vec![paris(&bob), quito]).await;
    scene.show(&bob, Visibility::OwnerOnly, vec![paris(&bob)]).await;
    let anyone = Viewer::Anonymous;
    let grid = async |viewer, account, keys, zoom| scene.catalog.grid(viewer, account, keys, zoom).await.unwrap();
    let cell = |zoom, lon, lat| *Tile::at(zoom, lon, lat).keys().start();

    assert_eq!(grid(anyone, None, everywhere(), 0).await, [GridCell { key: 0, pictures: 4, panoramas: 1 }]);
    for zoom in [2, 10, quadkey::ZOOM] {
        let mut expected = [
            GridCell { key: cell(zoom, 2.35, 48.85), pictures: 3, panoramas: 1 },
            GridCell { key: cell(zoom, -78.5, -0.2), pictures: 1, panoramas: 0 },
        ];
        expected.sort_by_key(|cell| cell.key);
        assert_eq!(grid(anyone, None, everywhere(), zoom).await, expected, "zoom {zoom}, in order of keys");
    }
    let tile = Tile::at(8, 2.35, 48.85);
    let found = grid(anyone, None, tile.keys(), 12).await;
    assert_eq!(found, [GridCell { key: cell(12, 2.35, 48.85), pictures: 3, panoramas: 1 }]);
    assert_eq!(grid(anyone, Some(ada.id), tile.keys(), 12).await[0].pictures, 2);
    assert_eq!(grid(anyone, Some(bob.id), tile.keys(), 12).await[0].pictures, 1);
    assert_eq!(grid(viewer(&bob), Some(bob.id), tile.keys(), 12).await[0].pictures, 2);
    assert_eq!(grid(anyone, None, Tile::at(8, 12.0, 12.0).keys(), 12).await, []);
}

/// Cells of one zoom level are the sums of those of the next, whatever happened to the pictures.
pub async fn the_grid_adds_up_at_every_zoom(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let mut streets = Vec::new();
    for (n, visibility) in Visibility::ALL.into_iter().chain(Visibility::ALL).enumerate() {
        let account = if n % 2 == 0 { &ada } else { &bob };
        let picture = |at: usize| Picture {
            lon: (n * 61 + at * 7) as f64 / 3.0 - 100.0,
            lat: (at * 9) as f64 - 40.0,
            projection: if at == 1 { Projection::Equirectangular } else { Projection::Flat },
            ..scene.picture(account)
        };
        streets.push(scene.show(account, visibility, (0..5).map(picture).collect()).await);
    }
    let mut seen = Vec::new();
    for (step, street) in streets.iter().enumerate() {
        for viewer in [Viewer::Anonymous, viewer(&ada), viewer(&bob)] {
            for account in [None, Some(ada.id)] {
                let finest = scene.catalog.grid(viewer, account, everywhere(), quadkey::ZOOM).await.unwrap();
                seen.push(finest.len());
                for zoom in 0..quadkey::ZOOM {
                    let found = scene.catalog.grid(viewer, account, everywhere(), zoom).await.unwrap();
                    assert_eq!(found, summed(&finest, zoom), "step {step}, zoom {zoom}, {viewer:?}, {account:?}");
                    let tile = Tile { z: 3, x: 4, y: 3 };
                    let within: Vec<_> =
                        finest.iter().copied().filter(|cell| tile.keys().contains(&cell.key)).collect();
                    let found = scene.catalog.grid(viewer, account, tile.keys(), zoom).await.unwrap();
                    if zoom >= 3 {
                        assert_eq!(found, summed(&within, zoom), "step {step}, zoom {zoom}, {viewer:?}, {account:?}");
                    }
                }
            }
        }
        let now = scene.now();
        let gone = match step {
            0 => scene.catalog.delete_sequence(street.sequence, &|| scene.job(), now).await.unwrap(),
            1 => scene.catalog.delete_upload_set(street.set, &|| scene.job(), now).await.unwrap(),
            2 => scene.catalog.delete_picture(street.pictures[1], scene.two_jobs(), now).await.unwrap(),
            3 => {
                scene.catalog.enqueue(scene.job(), JobKind::Process, street.pictures[2].0, now).await.unwrap();
                scene.break_down(street.pictures[2]).await;
                true
            }
            _ => true,
        };
        assert!(gone);
    }
    seen.sort_unstable();
    assert!(*seen.last().unwrap() > 20, "there was something to add up: {seen:?}");
}

fn summed(cells: &[GridCell], zoom: u8) -> Vec<GridCell> {
    let width = 1i64 << (2 * u32::from(quadkey::ZOOM - zoom));
    let mut sums: Vec<GridCell> = Vec::new();
    for cell in cells {
        let key = cell.key - cell.key % width;
        match sums.last_mut() {
            Some(sum) if sum.key == key => {
                sum.pictures += cell.pictures;
                sum.panoramas += cell.panoramas;
            }
            _ => sums.push(GridCell { key, ..*cell }),
        }
    }
    sums
}

pub async fn sequences_are_found_by_tile(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    // A track of which only the ends are pictures: it runs through tiles without any.
    let ends = [(2.30, 48.85), (2.40, 48.85)];
    let picture = |(lon, lat)| Picture { lon, lat, ..scene.picture(&ada) };
    let long = scene.show(&ada, Visibility::Anyone, ends.map(picture).to_vec()).await.sequence;
    scene.pass(86_400);
    let newer = Picture { lon: 2.35, lat: 48.85, ..scene.picture(&bob) };
    let newer = scene.show(&bob, Visibility::OwnerOnly, vec![newer]).await.sequence;
    let marks = async |viewer, account, tile: Tile, limit| -> Vec<SequenceMark> {
        scene.catalog.sequence_marks(viewer, account, tile.keys(), None, limit).await.unwrap()
    };
    let ids = |marks: Vec<SequenceMark>| marks.into_iter().map(|mark| mark.id).collect::<Vec<_>>();
    let middle = |zoom| Tile::at(zoom, 2.35, 48.85);
    for zoom in [0, 6, 13, 14, 15, 18] {
        assert_eq!(ids(marks(Viewer::Anonymous, None, middle(zoom), 10).await), [long], "zoom {zoom}");
        assert_eq!(ids(marks(viewer(&bob), None, middle(zoom), 10).await), [newer, long], "the newest first");
        assert_eq!(ids(marks(viewer(&bob), Some(ada.id), middle(zoom), 10).await), [long]);
    }
    assert_eq!(ids(marks(viewer(&bob), None, middle(14), 1).await), [newer]);
    assert_eq!(marks(viewer(&bob), None, middle(14), -1).await, []);
    assert_eq!(marks(viewer(&bob), None, Tile::at(14, 2.5, 48.85), 10).await, []);

    let found = marks(viewer(&bob), None, middle(14), 10).await;
    let sequence = scene.catalog.sequence(viewer(&bob), long).await.unwrap().unwrap();
    let expected = SequenceMark {
        id: long,
        account: ada.id,
        camera: Some("Make Model".to_owned()),
        projection: Some(Projection::Flat),
        date: sequence.summary.capture_date.unwrap(),
        captured: sequence.summary.interval,
        accuracy: Some(4.0),
        pixel_density: Some(38),
        lines: vec![ends.to_vec()],
        hidden: false,
    };
    assert_eq!(found[1], expected);
    assert!(found[0].hidden && found[0].lines == [[(2.35, 48.85)]]);
}

pub async fn pictures_are_found_by_tile(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    scene.pass(1);
    let hidden = Picture { camera: Camera::default(), lon: 2.35, ..scene.picture(&bob) };
    let hidden = scene.show(&bob, Visibility::OwnerOnly, vec![hidden]).await;
    let marks = async |viewer, account, tile: Tile, limit| -> Vec<PictureMark> {
        scene.catalog.picture_marks(viewer, account, tile.keys(), None, limit).await.unwrap()
    };
    let ids = |marks: Vec<PictureMark>| marks.into_iter().map(|mark| mark.id).collect::<Vec<_>>();
    let tile = Tile::at(12, 2.35, 48.853);
    let [first, second] = [street.pictures[0], street.pictures[1]];
    assert_eq!(ids(marks(Viewer::Anonymous, None, tile, 10).await), [second, first]);
    assert_eq!(ids(marks(viewer(&bob), None, tile, 10).await), [hidden.pictures[0], second, first]);
    assert_eq!(ids(marks(viewer(&bob), None, tile, 1).await), hidden.pictures);
    assert_eq!(ids(marks(viewer(&bob), Some(ada.id), tile, 10).await), [second, first]);
    assert_eq!(ids(marks(viewer(&bob), None, tile, -1).await), []);
    assert_eq!(ids(marks(viewer(&bob), None, Tile::at(12, 3.0, 48.853), 10).await), []);

    let found = marks(viewer(&bob), None, tile, 10).await;
    let picture = scene.catalog.picture(second).await.unwrap().unwrap();
    let expected = PictureMark {
        id: second,
        sequence: street.sequence,
        account: ada.id,
        lon: picture.lon,
        lat: picture.lat,
        captured_at: picture.captured_at,
        heading: Some(90.0),
        projection: Projection::Flat,
        camera: Some("Make Model".to_owned()),
        accuracy: Some(4.0),
        pixel_density: Some(38),
        hidden: false,
    };
    assert_eq!(found[1], expected);
    assert!(found[0].hidden && found[0].camera.is_none() && found[0].pixel_density.is_none());
}

/// Tiles are read in windows: one after another they are everything, once, in the order of one.
pub async fn marks_are_read_on_from_a_place(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    for day in 0..6 {
        // Some of one day, and of one moment.
        scene.pass(if day % 2 == 0 { 86_400 } else { 0 });
        let account = if day == 3 { &bob } else { &ada };
        let pictures = (0..3).map(|_| Picture { lon: 2.35, lat: 48.85, ..scene.picture(account) }).collect();
        scene.show(account, if day == 4 { Visibility::OwnerOnly } else { Visibility::Anyone }, pictures).await;
    }
    let keys = Tile::at(14, 2.35, 48.85).keys();
    for viewer in [Viewer::Anonymous, viewer(&ada)] {
        for account in [None, Some(ada.id)] {
            let sequences = async |after, limit| {
                scene.catalog.sequence_marks(viewer, account, keys.clone(), after, limit).await.unwrap()
            };
            let pictures = async |after, limit| {
                scene.catalog.picture_marks(viewer, account, keys.clone(), after, limit).await.unwrap()
            };
            let (all_sequences, all_pictures) = (sequences(None, 100).await, pictures(None, 100).await);
            assert_eq!(all_pictures.len(), all_sequences.len() * 3);
            for limit in [1, 2, 5] {
                let mut found = Vec::new();
                loop {
                    let page = sequences(found.last().map(SequenceMark::place), limit).await;
                    if page.is_empty() {
                        break;
                    }
                    found.extend(page);
                }
                assert_eq!(found, all_sequences, "{limit} at once");
                let mut found = Vec::new();
                loop {
                    let page = pictures(found.last().map(PictureMark::place), limit).await;
                    if page.is_empty() {
                        break;
                    }
                    found.extend(page);
                }
                assert_eq!(found, all_pictures, "{limit} at once");
            }
        }
    }
}

pub async fn what_is_tagged_is_told_by_key_and_value(scene: &Scene) {
    let ada = scene.account("ada").await;
    let tag = |key: &str, value: &str| Semantic { key: key.to_owned(), value: value.to_owned() };
    let stop = Picture { semantics: vec![tag("osm|traffic_sign", "stop")], ..scene.picture(&ada) };
    let street = scene.show(&ada, Visibility::Anyone, vec![stop, scene.picture(&ada)]).await;
    let [signed, plain] = [street.pictures[0].0, street.pictures[1].0];
    let all = [signed, plain, street.sequence.0, Uuid::nil()];
    // The sequence has the tags of its set.
    for (key, value, expected) in [
        ("osm|traffic_sign", None, vec![signed]),
        ("osm|traffic_sign", Some("stop"), vec![signed]),
        ("osm|traffic_sign", Some("Stop"), vec![]),
        ("OSM|traffic_sign", None, vec![]),
        ("transport", Some("foot"), vec![street.sequence.0]),
        ("transport", None, vec![street.sequence.0]),
        ("'", Some("\" OR 1=1 --"), vec![]),
    ] {
        let found = scene.catalog.tagged(&all, key, value).await.unwrap();
        assert_eq!(found, expected.into_iter().collect(), "{key} {value:?}");
    }
    assert!(scene.catalog.tagged(&[plain], "osm|traffic_sign", None).await.unwrap().is_empty());
    assert!(scene.catalog.tagged(&[], "transport", None).await.unwrap().is_empty());
}

/// Where something is to be seen on a map there is a covered cell, and nowhere else; page by page as at once.
pub async fn cells_are_covered_where_something_is_seen(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let ends = [(2.30, 48.85), (2.40, 48.85)];
    let picture = |(lon, lat)| Picture { lon, lat, ..scene.picture(&ada) };
    let long = scene.show(&ada, Visibility::Anyone, ends.map(picture).to_vec()).await;
    let quito = Picture { lon: -78.5, lat: -0.2, ..scene.picture(&bob) };
    let quito = scene.show(&bob, Visibility::OwnerOnly, vec![quito]).await;
    let covered = async |viewer, after, limit| scene.catalog.covered(viewer, after, limit).await.unwrap();
    let cell = |lon, lat| *Tile::at(COVERED_ZOOM, lon, lat).keys().start();

    let track: BTreeSet<i64> = (0..=1000).map(|step| cell(2.30 + f64::from(step) * 1e-4, 48.85)).collect();
    let track: Vec<i64> = track.into_iter().collect();
    assert!(track.len() > 4, "it crosses several: {track:?}");
    assert_eq!(covered(Viewer::Anonymous, None, 100).await, track);
    let mut all = track.clone();
    all.push(cell(-78.5, -0.2));
    all.sort_unstable();
    assert_eq!(covered(viewer(&bob), None, 100).await, all);
    assert_eq!(covered(viewer(&ada), None, 100).await, track);
    for limit in 1..=all.len() + 1 {
        let mut found = Vec::new();
        loop {
            let page = covered(viewer(&bob), found.last().copied(), limit as i64).await;
            assert!(page.len() <= limit);
            if page.is_empty() {
                break;
            }
            found.extend(page);
        }
        assert_eq!(found, all, "{limit} at once");
    }
    assert!(covered(viewer(&bob), None, -1).await.is_empty());

    // A picture whose track is not drawn yet is there all the same; and what is gone is not.
    let later = Picture { lon: 12.0, lat: 12.0, ..scene.picture(&ada) };
    let set = scene.set(&ada).await;
    let later = scene.accept(set, later).await;
    let sequence = SequenceId(scene.world.id());
    scene.dispatch(&scene.plan(set, vec![scene.part(sequence, &[later])])).await;
    scene.publish(later).await;
    assert!(covered(Viewer::Anonymous, None, 100).await.contains(&cell(12.0, 12.0)));
    for street in [long, quito] {
        assert!(scene.catalog.delete_sequence(street.sequence, &|| scene.job(), scene.now()).await.unwrap());
    }
    assert_eq!(covered(viewer(&bob), None, 100).await, [cell(12.0, 12.0)]);
}

pub async fn tidying_changes_no_count(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 5).await;
    let other = scene.street(&ada, Visibility::OwnerOnly, 3).await;
    for id in [street.pictures[0], other.pictures[1]] {
        assert!(scene.catalog.delete_picture(id, scene.two_jobs(), scene.now()).await.unwrap());
    }
    let grids = async || {
        let mut grids = Vec::new();
        for zoom in [0, 6, 7, 12, 13] {
            for viewer in [Viewer::Anonymous, viewer(&ada)] {
                grids.push(scene.catalog.grid(viewer, None, everywhere(), zoom).await.unwrap());
            }
        }
        grids
    };
    let before = grids().await;
    assert_eq!(before[0], [GridCell { key: 0, pictures: 4, panoramas: 0 }]);
    for _ in 0..2 {
        scene.catalog.tidy().await.unwrap();
        assert_eq!(grids().await, before);
    }
    assert!(scene.catalog.delete_sequence(street.sequence, &|| scene.job(), scene.now()).await.unwrap());
    scene.catalog.tidy().await.unwrap();
    assert_eq!(scene.catalog.grid(Viewer::Anonymous, None, everywhere(), 0).await.unwrap(), []);
}
