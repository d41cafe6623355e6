//! The public's pictures as files.

use flaneur_access::Visibility;
use flaneur_coverage::quadkey::{self, Bbox, Tile};
use jiff::SignedDuration;
use uuid::Uuid;

use super::scene::Scene;
use crate::model::{BoxClass, DatasetItem, DatasetPart, Detection, JobKind, Lease, Picture, PictureId};

/// Keys in a cell of zoom level 12.
const CELL: i64 = 68_719_476_736;

fn at(picture: Picture, lon: f64, lat: f64) -> Picture {
    Picture { lon, lat, ..picture }
}

fn key(picture: &Picture) -> i64 {
    quadkey::key(picture.lon, picture.lat)
}

async fn leased(scene: &Scene) -> Lease {
    scene.catalog.ask_dataset(scene.job(), scene.now()).await.unwrap();
    scene.lease(JobKind::Dataset, Uuid::nil()).await
}

async fn part(scene: &Scene, file: &str, tile: Tile) -> DatasetPart {
    DatasetPart {
        file: file.to_owned(),
        object: format!("object of {file}"),
        tile: "a tile".to_owned(),
        keys: tile.keys(),
        pictures: 2,
        size: 1000,
        number: scene.catalog.last_change().await.unwrap(),
        as_of: scene.now(),
        bbox: Bbox { west: 2.0, south: 48.0, east: 2.5, north: 48.5 },
        captured: [scene.now(), scene.now()],
        withdrawn: false,
    }
}

/// Replaces some parts by others, of which the rest is not true as of now.
async fn publish(scene: &Scene, new: &[DatasetPart], superseded: &[&str]) {
    let superseded: Vec<String> = superseded.iter().map(|file| (*file).to_owned()).collect();
    let lease = leased(scene).await;
    assert!(scene.catalog.publish_parts(&lease, new, &superseded, None, scene.now()).await.unwrap());
}

async fn current(scene: &Scene) -> Vec<(String, bool)> {
    let parts = scene.catalog.dataset_parts().await.unwrap();
    parts.into_iter().map(|part| (part.file, part.withdrawn)).collect()
}

pub async fn a_dataset_has_what_anybody_sees_in_the_order_of_keys(scene: &Scene) {
    let ada = scene.account("ada").await;
    let places = [(2.3, 48.8), (2.4, 48.9), (2.3, 48.8), (-70.0, -30.0)];
    let pictures = places.map(|(lon, lat)| at(scene.picture(&ada), lon, lat));
    let mut wanted: Vec<(i64, PictureId)> = pictures.iter().map(|picture| (key(picture), picture.id)).collect();
    wanted.sort_unstable();
    scene.show(&ada, Visibility::Anyone, pictures.to_vec()).await;
    for visibility in [Visibility::LoggedOnly, Visibility::OwnerOnly] {
        scene.street(&ada, visibility, 2).await;
    }
    for limit in [1, 3, 100] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = scene.catalog.dataset_items(0..=i64::MAX, after, limit).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() as i64 <= limit);
            let as_wanted = |each: &DatasetItem| {
                let picture = &each.item.picture;
                each.item.producer == "ada" && picture.objects.is_some() && picture.exif.is_empty()
            };
            assert!(page.iter().all(as_wanted));
            after = Some((key(&last.item.picture), last.item.picture.id));
            found.extend(page.iter().map(|each| (key(&each.item.picture), each.item.picture.id)));
        }
        assert_eq!(found, wanted, "{limit} at once");
    }
    let (first, last) = (wanted[0], wanted[wanted.len() - 1]);
    let few = scene.catalog.dataset_items(first.0..=last.0 - 1, None, 100).await.unwrap();
    assert!(few.iter().all(|each| key(&each.item.picture) < last.0) && few[0].item.picture.id == first.1);
}

pub async fn a_dataset_tells_what_was_redacted(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let id = street.pictures[0];
    scene.catalog.enqueue(scene.job(), JobKind::Process, id.0, scene.now()).await.unwrap();
    let lease = scene.lease(JobKind::Process, id.0).await;
    let mut publication = scene.publication(id);
    publication.detections = vec![Detection {
        class: BoxClass::Plate,
        score: 0.5,
        model: "finder".to_owned(),
        model_version: "2".to_owned(),
        bounds: [1.0, 2.0, 3.0, 4.0],
    }];
    let detections = publication.detections.clone();
    assert!(scene.catalog.publish_picture(&lease, publication, scene.three_jobs()).await.unwrap());
    assert_eq!(scene.catalog.dataset_items(0..=i64::MAX, None, 9).await.unwrap()[0].detections, detections);
}

pub async fn a_part_of_which_something_is_withdrawn_is_known_at_once(scene: &Scene) {
    let ada = scene.account("ada").await;
    let here = scene.show(&ada, Visibility::Anyone, vec![at(scene.picture(&ada), 2.3, 48.8); 1]).await;
    let there = scene.show(&ada, Visibility::Anyone, vec![at(scene.picture(&ada), 12.0, 48.8)]).await;
    // A tile that is larger than those that the log tells of, and one that is smaller.
    let large = part(scene, "large", Tile::at(9, 2.3, 48.8)).await;
    let small = part(scene, "small", Tile::at(16, 12.0, 48.8)).await;
    publish(scene, &[large, small], &[]).await;
    assert_eq!(current(scene).await, [("large".to_owned(), false), ("small".to_owned(), false)]);
    // What is published anew, or changed, is not withdrawn.
    scene.show(&ada, Visibility::Anyone, vec![at(scene.picture(&ada), 2.3, 48.8)]).await;
    scene.catalog.enqueue(scene.job(), JobKind::Process, here.pictures[0].0, scene.now()).await.unwrap();
    scene.publish(here.pictures[0]).await;
    assert!(current(scene).await.iter().all(|(_, withdrawn)| !withdrawn));

    assert!(scene.catalog.delete_picture(there.pictures[0], scene.two_jobs(), scene.now()).await.unwrap());
    assert_eq!(current(scene).await, [("large".to_owned(), false), ("small".to_owned(), true)]);
    assert!(scene.catalog.dataset_part("small").await.unwrap().unwrap().withdrawn);
    scene.catalog.enqueue(scene.job(), JobKind::Process, here.pictures[0].0, scene.now()).await.unwrap();
    scene.break_down(here.pictures[0]).await;
    assert_eq!(current(scene).await, [("large".to_owned(), true), ("small".to_owned(), true)]);
    // Written anew, it is whole again; what took its place is not to be read.
    let anew = part(scene, "anew", Tile::at(9, 2.3, 48.8)).await;
    publish(scene, &[anew], &["large"]).await;
    assert_eq!(current(scene).await, [("anew".to_owned(), false), ("small".to_owned(), true)]);
    assert!(scene.catalog.dataset_part("large").await.unwrap().unwrap().withdrawn);
}

pub async fn a_part_can_be_read_until_it_is_old(scene: &Scene) {
    let tile = Tile::at(9, 2.3, 48.8);
    publish(scene, &[part(scene, "first", tile).await], &[]).await;
    let begun = scene.now();
    publish(scene, &[part(scene, "second", tile).await], &["first"]).await;
    assert!(scene.catalog.dataset_part("first").await.unwrap().is_some());
    assert!(scene.catalog.has_part("object of first").await.unwrap());
    let old = async |before| {
        let parts = scene.catalog.old_parts(before, 9).await.unwrap();
        parts.into_iter().map(|part| part.file).collect::<Vec<_>>()
    };
    assert_eq!(old(begun).await, <[&str; 0]>::default());
    let later = begun + SignedDuration::from_secs(1);
    assert_eq!(old(later).await, ["first"]);
    // The same content again: it is current, and is not forgotten.
    publish(scene, &[part(scene, "first", tile).await], &["second"]).await;
    assert_eq!(old(later).await, ["second"]);
    scene.catalog.forget_parts(&["first".to_owned(), "second".to_owned()]).await.unwrap();
    assert_eq!(current(scene).await, [("first".to_owned(), false)]);
    assert_eq!(scene.catalog.dataset_part("second").await.unwrap(), None);
    assert!(!scene.catalog.has_part("object of second").await.unwrap());
    // Its own place can be taken by itself.
    publish(scene, &[part(scene, "first", tile).await], &["first"]).await;
    assert_eq!(current(scene).await, [("first".to_owned(), false)]);
}

pub async fn who_lost_the_lease_publishes_no_part(scene: &Scene) {
    let lease = leased(scene).await;
    let stale = Lease { token: scene.world.id(), ..lease.clone() };
    let part = part(scene, "first", Tile::at(9, 2.3, 48.8)).await;
    let rest = Some((7, scene.now()));
    assert!(!scene.catalog.publish_parts(&stale, std::slice::from_ref(&part), &[], rest, scene.now()).await.unwrap());
    assert_eq!(current(scene).await, []);
    assert!(scene.catalog.publish_parts(&lease, &[part], &[], None, scene.now()).await.unwrap());
    assert!(scene.lease_any(JobKind::Dataset).await.is_none(), "the job is done");
}

pub async fn a_dataset_knows_where_something_changed(scene: &Scene) {
    let ada = scene.account("ada").await;
    let cell = |lon: f64, lat: f64| quadkey::key(lon, lat) / CELL * CELL;
    let here = scene.show(&ada, Visibility::Anyone, vec![at(scene.picture(&ada), 2.3, 48.8)]).await;
    let hidden = scene.show(&ada, Visibility::OwnerOnly, vec![at(scene.picture(&ada), 30.0, 10.0)]).await;
    let first = scene.catalog.last_change().await.unwrap();
    assert_eq!(scene.catalog.cells_changed(0, first).await.unwrap(), [cell(2.3, 48.8)]);
    assert_eq!(scene.catalog.cells_changed(first, first).await.unwrap(), <[i64; 0]>::default());
    scene.show(&ada, Visibility::Anyone, vec![at(scene.picture(&ada), -70.0, -30.0)]).await;
    for id in [here.pictures[0], hidden.pictures[0]] {
        assert!(scene.catalog.delete_picture(id, scene.two_jobs(), scene.now()).await.unwrap());
    }
    let last = scene.catalog.last_change().await.unwrap();
    let mut both = [cell(2.3, 48.8), cell(-70.0, -30.0)];
    both.sort_unstable();
    assert_eq!(scene.catalog.cells_changed(first, last).await.unwrap(), both);
    // Once every file is true as of then, nobody remembers where what is gone was.
    let lease = leased(scene).await;
    let new = part(scene, "new", Tile::at(9, -70.0, -30.0)).await;
    assert!(scene.catalog.publish_parts(&lease, &[new], &[], Some((last, scene.now())), scene.now()).await.unwrap());
    assert_eq!(scene.catalog.cells_changed(first, last).await.unwrap(), [cell(-70.0, -30.0)]);
}

pub async fn parts_that_stay_are_true_as_of_the_run(scene: &Scene) {
    let ada = scene.account("ada").await;
    publish(scene, &[part(scene, "stays", Tile::at(9, 2.3, 48.8)).await], &[]).await;
    scene.show(&ada, Visibility::Anyone, vec![at(scene.picture(&ada), 12.0, 48.8)]).await;
    let (number, now) = (scene.catalog.last_change().await.unwrap(), scene.pass(10));
    let lease = leased(scene).await;
    let new = part(scene, "new", Tile::at(9, 12.0, 48.8)).await;
    assert!(scene.catalog.publish_parts(&lease, &[new], &[], Some((number, now)), now).await.unwrap());
    let parts = scene.catalog.dataset_parts().await.unwrap();
    assert!(parts.iter().all(|part| (part.number, part.as_of) == (number, now)), "{parts:?}");
}
