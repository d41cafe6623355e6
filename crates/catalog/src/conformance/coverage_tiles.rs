//! Tiles that are kept, and what is noted of changes in them.

use std::collections::BTreeSet;

use flaneur_access::{Viewer, Visibility};
use flaneur_coverage::quadkey::Tile;
use jiff::SignedDuration;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::{
    areas::{add, area, remove, square, sweep},
    edits,
    scene::{Scene, Street},
};
use crate::model::{AreaId, JobKind, Picture, PictureId, PictureStatus, SequenceId};

/// A place of the rules below.
const PLACE: (f64, f64) = (10.01, 10.01);

async fn keep(scene: &Scene, tile: Tile, tag: &str) {
    let sight = scene.catalog.sight().await.unwrap();
    scene.catalog.keep_tile(tile, &sight, tag, tag.as_bytes(), scene.now()).await.unwrap();
}

/// Whether the kept tile is touched, and whether something was taken from it.
async fn state(scene: &Scene, tile: Tile) -> (bool, bool) {
    let kept = scene.catalog.kept_tile(tile, None).await.unwrap().unwrap();
    (kept.touched, kept.taken)
}

pub async fn tiles_are_kept_by_name(scene: &Scene) {
    let (one, other) = (Tile::at(7, PLACE.0, PLACE.1), Tile::at(8, PLACE.0, PLACE.1));
    assert_eq!(scene.catalog.kept_tile(one, None).await.unwrap(), None);
    keep(scene, one, "a").await;
    keep(scene, other, "b").await;
    scene.pass(1);
    keep(scene, one, "c").await;
    let kept = scene.catalog.kept_tile(one, Some("a")).await.unwrap().unwrap();
    assert_eq!((kept.tag.as_str(), kept.body.as_deref(), kept.drawn_at), ("c", Some(&b"c"[..]), scene.now()));
    assert!(!kept.touched && !kept.taken);
    assert_eq!(scene.catalog.kept_tile(one, Some("c")).await.unwrap().unwrap().body, None);
    assert_eq!(scene.catalog.kept_tile(other, None).await.unwrap().unwrap().tag, "b");
    // Drawn before, and slower.
    let sight = scene.catalog.sight().await.unwrap();
    let before = scene.now() - SignedDuration::from_secs(2);
    scene.catalog.keep_tile(one, &sight, "late", b"late", before).await.unwrap();
    let long_before = scene.now() - SignedDuration::from_mins(2);
    let third = Tile::at(9, PLACE.0, PLACE.1);
    scene.catalog.keep_tile(third, &sight, "too late", b"", long_before).await.unwrap();
    assert_eq!(scene.catalog.kept_tile(one, None).await.unwrap().unwrap().tag, "c");
    assert_eq!(scene.catalog.kept_tile(third, None).await.unwrap(), None);
}

async fn walk(scene: &Scene, name: &str, visibility: Visibility, from: (f64, f64), pictures: usize) -> Street {
    let ada = scene.account(name).await;
    let place = |n: usize| Picture { lon: from.0 + n as f64 * 1e-4, lat: from.1, ..scene.picture(&ada) };
    scene.show(&ada, visibility, (0..pictures).map(place).collect()).await
}

pub async fn changes_touch_the_tiles_they_are_in(scene: &Scene) {
    let near = |zoom: u8| Tile::at(zoom, PLACE.0, PLACE.1);
    let far = |zoom: u8| Tile::at(zoom, -100.0, -40.0);
    let tiles = async || {
        for zoom in 6..=15 {
            keep(scene, near(zoom), "near").await;
            keep(scene, far(zoom), "far").await;
        }
    };
    let all = async |expected: (bool, bool)| {
        for zoom in 6..=15 {
            assert_eq!(state(scene, near(zoom)).await, expected, "zoom {zoom}");
            assert_eq!(state(scene, far(zoom)).await, (false, false), "zoom {zoom}");
        }
    };
    tiles().await;
    let street = walk(scene, "ada", Visibility::Anyone, PLACE, 3).await;
    all((true, false)).await;
    scene.refresh().await;
    tiles().await;
    all((false, false)).await;
    // One of three: the line stays until it is summed up again, the point and the counts do not.
    assert!(scene.catalog.delete_picture(street.pictures[0], scene.two_jobs(), scene.now()).await.unwrap());
    for zoom in 6..=15 {
        let (touched, taken) = state(scene, near(zoom)).await;
        assert_eq!(
            (touched, taken),
            if [6, 15].contains(&zoom) { (true, true) } else { (touched, false) },
            "zoom {zoom}"
        );
    }
    // The last of them, and nothing is left of the sequence.
    assert!(scene.catalog.delete_picture(street.pictures[1], scene.two_jobs(), scene.now()).await.unwrap());
    scene.refresh().await;
    tiles().await;
    assert!(scene.catalog.delete_picture(street.pictures[2], scene.two_jobs(), scene.now()).await.unwrap());
    all((true, true)).await;
}

pub async fn what_others_do_not_see_touches_nothing(scene: &Scene) {
    let tiles: Vec<Tile> = (7..=15).map(|zoom| Tile::at(zoom, PLACE.0, PLACE.1)).collect();
    for tile in &tiles {
        keep(scene, *tile, "t").await;
    }
    // It has pictures that only its owner sees: no line, no points. The sequence itself may touch, but takes nothing.
    let street = walk(scene, "ada", Visibility::OwnerOnly, PLACE, 2).await;
    assert!(scene.catalog.delete_picture(street.pictures[0], scene.two_jobs(), scene.now()).await.unwrap());
    for tile in tiles {
        assert!(!state(scene, tile).await.1, "{tile:?}");
    }
}

pub async fn old_touches_go_with_their_tiles(scene: &Scene) {
    let tile = Tile::at(12, PLACE.0, PLACE.1);
    keep(scene, tile, "untouched").await;
    scene.catalog.tidy().await.unwrap();
    assert_eq!(state(scene, tile).await, (false, false));
    walk(scene, "ada", Visibility::Anyone, PLACE, 2).await;
    scene.refresh().await;
    scene.catalog.tidy().await.unwrap();
    assert!(state(scene, tile).await.0, "touches are young");
    let (low, fresh) = (Tile { z: 2, x: 2, y: 1 }, Tile::at(13, PLACE.0, PLACE.1));
    keep(scene, fresh, "drawn since").await;
    keep(scene, low, "before").await;
    walk(scene, "bob", Visibility::Anyone, (-60.0, -30.0), 2).await;
    scene.pass(11 * 60);
    scene.catalog.tidy().await.unwrap();
    for untrue in [tile, low] {
        assert_eq!(scene.catalog.kept_tile(untrue, None).await.unwrap(), None, "without its touch it would seem true");
    }
    assert_eq!(state(scene, fresh).await, (false, false));
    scene.pass(31 * 24 * 60 * 60);
    scene.catalog.tidy().await.unwrap();
    assert_eq!(scene.catalog.kept_tile(fresh, None).await.unwrap(), None);
}

/// What a tile shows whoever is not signed in, and the ids in it.
async fn shown(scene: &Scene, tile: Tile) -> (String, BTreeSet<String>) {
    let catalog = &scene.catalog;
    let lines = catalog.sequence_marks(Viewer::Anonymous, None, tile.keys(), None, 1000).await.unwrap();
    let points = if tile.z == 15 {
        catalog.picture_marks(Viewer::Anonymous, None, tile.keys(), None, 1000).await.unwrap()
    } else {
        Vec::new()
    };
    let grid =
        if tile.z == 6 { catalog.grid(Viewer::Anonymous, None, tile.keys(), 12).await.unwrap() } else { Vec::new() };
    let ids =
        lines.iter().map(|mark| mark.id.to_string()).chain(points.iter().map(|mark| mark.id.to_string())).collect();
    (format!("{lines:?} {points:?} {grid:?}"), ids)
}

/// Whatever happens: a tile that is not touched shows what it would show if it were drawn now, and one from which something
/// disappeared says so.
pub async fn kept_tiles_are_true_or_touched(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let around = |zoom: u8| {
        let places = [(0.0, 0.0), (0.4, 0.4), (-0.4, 0.4), (0.4, -0.4), (0.02, 0.02)];
        places.map(|(lon, lat)| Tile::at(zoom, lon, lat))
    };
    let tiles: Vec<Tile> = [0, 3, 6, 7, 10, 14, 15].into_iter().flat_map(around).collect();
    let (mut touched, mut untouched, mut gone) = (0, 0, 0);
    for seed in 0..3 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut streets: Vec<Street> = Vec::new();
        let mut areas: Vec<(AreaId, (f64, f64))> = Vec::new();
        for step in 0..40 {
            scene.pass(1);
            let mut before = Vec::new();
            for tile in &tiles {
                before.push(shown(scene, *tile).await);
                keep(scene, *tile, "kept").await;
            }
            let place = |random: &mut StdRng| (random.random_range(-0.5..0.5f64), random.random_range(-0.5..0.5f64));
            match random.random_range(0..10) {
                0..3 => {
                    let account = if random.random() { &ada } else { &bob };
                    let (lon, lat) = if random.random() { (0.0, 0.0) } else { place(&mut random) };
                    // What is in an area is not taken.
                    if areas.iter().any(|(_, middle)| (lon - middle.0).abs() < 0.3 && (lat - middle.1).abs() < 0.3) {
                        continue;
                    }
                    let seen =
                        *[Visibility::Anyone, Visibility::Anyone, Visibility::LoggedOnly].choose(&mut random).unwrap();
                    let at = |n: i32| Picture { lon: lon + f64::from(n) * 3e-3, lat, ..scene.picture(account) };
                    streets.push(scene.show(account, seen, (0..4).map(at).collect()).await);
                }
                3 if !streets.is_empty() => {
                    let street = streets.choose(&mut random).unwrap();
                    let id = *street.pictures.choose(&mut random).unwrap();
                    scene.catalog.delete_picture(id, scene.two_jobs(), scene.now()).await.unwrap();
                }
                4 if !streets.is_empty() => {
                    let street = streets.swap_remove(random.random_range(0..streets.len()));
                    scene.catalog.delete_sequence(street.sequence, &|| scene.job(), scene.now()).await.unwrap();
                }
                5 => {
                    let (lon, lat) = place(&mut random);
                    let new = area(scene, None, square(lon - 0.2, lat - 0.2, 0.4));
                    areas.push((add(scene, new).await, (lon, lat)));
                    sweep(scene, 3).await;
                }
                6 if !areas.is_empty() => {
                    let (area, _) = areas.swap_remove(random.random_range(0..areas.len()));
                    assert!(remove(scene, None, area).await);
                    sweep(scene, 3).await;
                }
                7 if !streets.is_empty() => {
                    // Sorted anew: each picture in a sequence of its own.
                    let street = streets.swap_remove(random.random_range(0..streets.len()));
                    let living: Vec<PictureId> = living(scene, &street).await;
                    let part = |id: &PictureId| scene.part(SequenceId(scene.world.id()), &[*id]);
                    let plan = scene.plan(street.set, living.iter().map(part).collect());
                    scene.catalog.enqueue(scene.job(), JobKind::Dispatch, street.set.0, scene.now()).await.unwrap();
                    scene.dispatch(&plan).await;
                }
                8.. if !streets.is_empty() => {
                    let street = streets.choose(&mut random).unwrap();
                    let id = *street.pictures.choose(&mut random).unwrap();
                    let seen = *Visibility::ALL.choose(&mut random).unwrap();
                    match random.random_range(0..3) {
                        0 => edits::move_to(scene, street, id, place(&mut random)).await,
                        1 => edits::show_to(scene, street, Some(id), seen).await,
                        _ => edits::show_to(scene, street, None, seen).await,
                    }
                }
                _ => scene.refresh().await,
            }
            for (tile, (drawing, ids)) in tiles.iter().zip(before) {
                let (now, ids_now) = shown(scene, *tile).await;
                let (is_touched, is_taken) = state(scene, *tile).await;
                assert!(is_touched || now == drawing, "seed {seed}, step {step}, {tile:?}: {drawing} is {now} now");
                assert!(
                    is_taken || ids.is_subset(&ids_now),
                    "seed {seed}, step {step}, {tile:?}: {ids:?} is {ids_now:?}"
                );
                touched += usize::from(is_touched);
                untouched += usize::from(!is_touched);
                gone += usize::from(is_taken);
            }
        }
        for (area, _) in areas {
            assert!(remove(scene, None, area).await);
        }
        sweep(scene, 100).await;
    }
    assert!(touched > 300 && untouched > 300 && gone > 100, "{touched} {untouched} {gone}");
}

async fn living(scene: &Scene, street: &Street) -> Vec<PictureId> {
    let mut living = Vec::new();
    for id in &street.pictures {
        let picture = scene.catalog.picture(*id).await.unwrap();
        if picture.is_some_and(|picture| picture.status == PictureStatus::Ready) {
            living.push(*id);
        }
    }
    living
}
