//! Items, and the links between them.

use flaneur_access::{Viewer, Visibility};
use flaneur_coverage::quadkey::Bbox;

use super::{
    edits::{done, marked},
    scene::{Scene, Street, ids, viewer},
};
use crate::model::{
    Account, AnnotationId, Area, Exif, ItemLinks, Neighbour, Order, Orientation, Parts, Picture, PictureId, Projection,
    SearchQuery, SequenceId, Wish,
};

/// Degrees of latitude in a metre.
const METRE: f64 = 1.0 / 111_195.0;

fn neighbour(picture: &Picture) -> Neighbour {
    Neighbour {
        id: picture.id,
        sequence: picture.sequence.unwrap(),
        lon: picture.lon,
        lat: picture.lat,
        captured_at: picture.captured_at,
    }
}

async fn related(scene: &Scene, viewer: Viewer, id: PictureId) -> Vec<PictureId> {
    let item = scene.catalog.item(viewer, id).await.unwrap().unwrap();
    item.links.related.into_iter().map(|neighbour| neighbour.id).collect()
}

/// A sequence of one picture.
async fn single(scene: &Scene, account: &Account, lon: f64, lat: f64, heading: Option<f64>) -> Street {
    scene.pass(1);
    let orientation = Orientation { heading, sensor_heading: heading, ..Orientation::default() };
    let picture = Picture { lon, lat, orientation, ..scene.picture(account) };
    scene.show(account, Visibility::Anyone, vec![picture]).await
}

pub async fn an_item_has_everything(scene: &Scene) {
    let ada = scene.account("Ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 3).await;
    let mut stored = Vec::new();
    for id in &street.pictures {
        stored.push(scene.catalog.picture(*id).await.unwrap().unwrap());
    }
    let items = scene.catalog.sequence_items(Viewer::Anonymous, street.sequence, 0, 10).await.unwrap();
    assert_eq!(items.iter().map(|item| &item.picture).collect::<Vec<_>>(), stored.iter().collect::<Vec<_>>());
    let middle = scene.catalog.item(Viewer::Anonymous, street.pictures[1]).await.unwrap().unwrap();
    assert_eq!(middle, items[1], "the same by every way");
    assert_eq!((middle.picture.rank, middle.picture.sequence), (Some(2), Some(street.sequence)));
    assert_eq!((middle.producer.as_str(), middle.sequence_semantics[0].value.as_str()), ("Ada", "foot"));
    assert_eq!((&middle.links.prev, &middle.links.next), (&Some(neighbour(&stored[0])), &Some(neighbour(&stored[2]))));
    assert_eq!(middle.rejection, None);
    assert_eq!((&items[0].links.prev, &items[2].links.next), (&None, &None));
    assert_eq!(scene.catalog.item(Viewer::Anonymous, PictureId(scene.world.id())).await.unwrap(), None);
}

pub async fn what_is_not_wanted_of_an_item_is_not_read(scene: &Scene) {
    let ada = scene.account("Ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 3).await;
    let middle = street.pictures[1];
    let wish =
        Wish::Mark { id: AnnotationId(scene.world.id()), picture: middle, marked: marked(1, &[("sign", "stop")]) };
    done(scene, &ada, vec![wish]).await;
    let all = SearchQuery { ids: vec![middle], ..scene.query(Viewer::Anonymous) };
    let read = async |query: &SearchQuery| scene.catalog.search(query).await.unwrap().items.pop().unwrap();
    let whole = read(&all).await;
    assert!(!whole.picture.exif.is_empty() && whole.links.next.is_some() && whole.links.prev.is_some());
    assert_eq!(whole.annotations.len(), 1);
    for [exif, neighbours, annotations] in
        [[false, true, true], [true, false, true], [true, true, false], [false, false, false]]
    {
        let parts = Parts { exif, neighbours, annotations };
        let query = SearchQuery { parts, ..all.clone() };
        let mut expected = whole.clone();
        if !exif {
            expected.picture.exif = Exif::default();
        }
        if !neighbours {
            expected.links = ItemLinks::default();
        }
        if !annotations {
            expected.annotations.clear();
        }
        assert_eq!(read(&query).await, expected, "{parts:?}");
        let of_sequence = SearchQuery { parts, ..scene.query(Viewer::Anonymous) };
        let found = scene.catalog.sequence_items_found(street.sequence, &of_sequence, 1).await.unwrap();
        assert_eq!(found[0], expected, "{parts:?}");
    }
}

pub async fn sequence_items_are_paged_by_rank(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let mut pictures = Vec::new();
    for n in 0..7 {
        scene.pass(1);
        // Two are for the owner alone; of the rest, one is not ready.
        let visibility = if n == 1 || n == 2 { Visibility::OwnerOnly } else { Visibility::Anyone };
        let picture = Picture { visibility, ..scene.picture(&ada) };
        pictures.push(scene.accept(set, picture).await);
    }
    let sequence = SequenceId(scene.world.id());
    // Against the order of ids and times.
    let order: Vec<_> = pictures.iter().rev().copied().collect();
    scene.dispatch(&scene.plan(set, vec![scene.part(sequence, &order)])).await;
    for id in pictures.iter().skip(1) {
        scene.publish(*id).await;
    }
    let page = async |viewer: Viewer, after: i64, limit: i64| {
        let items = scene.catalog.sequence_items(viewer, sequence, after, limit).await.unwrap();
        let ranks: Vec<_> = items.iter().map(|item| item.picture.rank.unwrap()).collect();
        assert!(ranks.is_sorted());
        assert!(items.iter().all(|item| order[item.picture.rank.unwrap() as usize - 1] == item.picture.id));
        ranks
    };
    assert_eq!(page(Viewer::Anonymous, 0, 10).await, [1, 2, 3, 4]);
    assert_eq!(page(Viewer::Anonymous, 0, 3).await, [1, 2, 3]);
    assert_eq!(page(Viewer::Anonymous, 3, 3).await, [4]);
    assert_eq!(page(viewer(&ada), 3, 10).await, [4, 5, 6]);
    assert_eq!(page(viewer(&ada), 4, 1).await, [5]);
    assert_eq!(page(viewer(&ada), 7, 10).await, [0; 0]);
    assert_eq!(page(viewer(&ada), 0, -1).await, [0; 0]);
    let unknown = SequenceId(scene.world.id());
    let empty = scene.street(&ada, Visibility::OwnerOnly, 1).await;
    for who in [Viewer::Anonymous, viewer(&ada)] {
        let first = scene.catalog.first_items(who, &[unknown, sequence, empty.sequence]).await.unwrap();
        let mut expected = scene.catalog.sequence_items(who, sequence, 0, 1).await.unwrap();
        expected.extend(scene.catalog.sequence_items(who, empty.sequence, 0, 1).await.unwrap());
        expected.sort_by_key(|item| item.picture.id);
        assert_eq!(first, expected);
    }
    assert_eq!(scene.catalog.first_items(Viewer::Anonymous, &[]).await.unwrap(), []);
    assert_eq!(scene.catalog.sequence_items(viewer(&ada), unknown, 0, 10).await.unwrap(), []);
}

pub async fn sequence_items_are_narrowed_down(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 6).await;
    let other = scene.street(&ada, Visibility::Anyone, 6).await;
    let all = scene.catalog.sequence_items(Viewer::Anonymous, street.sequence, 0, 10).await.unwrap();
    let ranks = async |query: SearchQuery, after: i64| {
        let items = scene.catalog.sequence_items_found(street.sequence, &query, after).await.unwrap();
        items.iter().map(|item| (item.picture.sequence.unwrap(), item.picture.rank.unwrap())).collect::<Vec<_>>()
    };
    let expected = |picks: &[i64]| picks.iter().map(|rank| (street.sequence, *rank)).collect::<Vec<_>>();
    let everything = SearchQuery::all(Viewer::Anonymous, 10);
    assert_eq!(ranks(everything.clone(), 0).await, expected(&[1, 2, 3, 4, 5, 6]));
    assert_eq!(ranks(SearchQuery { limit: 2, ..everything.clone() }, 3).await, expected(&[4, 5]));
    // A search's own order and place do not count, and its sequences neither.
    let elsewhere = SearchQuery { order: Order::IdBackwards, ..everything.clone() };
    assert_eq!(ranks(elsewhere, 4).await, expected(&[5, 6]));
    let (third, fourth) = (&all[2].picture, &all[3].picture);
    let since = Some(third.captured_at.max(fourth.captured_at));
    let later = all.iter().filter(|item| Some(item.picture.captured_at) >= since).filter_map(|item| item.picture.rank);
    assert_eq!(
        ranks(SearchQuery { since, ..everything.clone() }, 0).await,
        expected(&later.collect::<Vec<_>>()),
        "by time"
    );
    let around = Bbox { west: third.lon, south: third.lat, east: third.lon, north: third.lat };
    let here = all.iter().filter(|item| (item.picture.lon, item.picture.lat) == (third.lon, third.lat));
    assert_eq!(
        ranks(SearchQuery { area: Some(Area::of(around)), ..everything.clone() }, 0).await,
        expected(&here.filter_map(|item| item.picture.rank).collect::<Vec<_>>()),
        "by place"
    );
    // Only the owner sees what is hidden, however it is asked for.
    let hidden = scene.street(&ada, Visibility::OwnerOnly, 2).await;
    assert_eq!(scene.catalog.sequence_items_found(hidden.sequence, &everything, 0).await.unwrap(), []);
    let own = SearchQuery::all(viewer(&ada), 10);
    assert_eq!(scene.catalog.sequence_items_found(hidden.sequence, &own, 0).await.unwrap().len(), 2);
    assert_eq!(scene.catalog.last_rank(Viewer::Anonymous, hidden.sequence).await.unwrap(), None);
    assert_eq!(scene.catalog.last_rank(viewer(&ada), hidden.sequence).await.unwrap(), Some(2));
    assert_eq!(scene.catalog.sequence_items_found(other.sequence, &everything, 0).await.unwrap().len(), 6);
}

pub async fn neighbours_skip_what_is_hidden(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let mut pictures = Vec::new();
    for n in 0..6 {
        let visibility = if (1..4).contains(&n) { Visibility::OwnerOnly } else { Visibility::Anyone };
        let picture = Picture { visibility, ..scene.picture(&ada) };
        pictures.push(scene.accept(set, picture).await);
    }
    let sequence = SequenceId(scene.world.id());
    scene.dispatch(&scene.plan(set, vec![scene.part(sequence, &pictures)])).await;
    // The last one is not ready.
    for id in &pictures[..5] {
        scene.publish(*id).await;
    }
    let last = async |viewer: Viewer| scene.catalog.last_rank(viewer, sequence).await.unwrap();
    assert_eq!([last(Viewer::Anonymous).await, last(viewer(&ada)).await], [Some(5), Some(5)]);
    let links = async |viewer: Viewer, at: usize| {
        let links = scene.catalog.item(viewer, pictures[at]).await.unwrap().unwrap().links;
        (links.prev.map(|neighbour| neighbour.id), links.next.map(|neighbour| neighbour.id))
    };
    assert_eq!(links(Viewer::Anonymous, 0).await, (None, Some(pictures[4])));
    assert_eq!(links(Viewer::Anonymous, 4).await, (Some(pictures[0]), None));
    assert_eq!(links(viewer(&ada), 0).await, (None, Some(pictures[1])));
    assert_eq!(links(viewer(&ada), 4).await, (Some(pictures[3]), None));
}

pub async fn related_pictures_are_near_and_look_the_same_way(scene: &Scene) {
    let ada = scene.account("ada").await;
    let (lon, lat) = (2.35, 48.85);
    let here = single(scene, &ada, lon, lat, Some(350.0)).await.pictures[0];
    let near = single(scene, &ada, lon, lat + 14.0 * METRE, Some(85.0)).await.pictures[0];
    single(scene, &ada, lon, lat + 16.0 * METRE, Some(350.0)).await;
    let east = single(scene, &ada, lon + 14.0 * METRE / lat.to_radians().cos(), lat, Some(350.0)).await.pictures[0];
    single(scene, &ada, lon + 16.0 * METRE / lat.to_radians().cos(), lat, Some(350.0)).await;
    let backward = single(scene, &ada, lon, lat, Some(95.0)).await.pictures[0];
    let unknown = single(scene, &ada, lon, lat, None).await.pictures[0];
    scene.pass(1);
    let around = Picture { lon, lat, projection: Projection::Equirectangular, ..scene.picture(&ada) };
    let panorama = scene.show(&ada, Visibility::Anyone, vec![around]).await.pictures[0];
    let secret = Picture { lon, lat, ..scene.picture(&ada) };
    let secret = scene.show(&ada, Visibility::OwnerOnly, vec![secret]).await.pictures[0];

    assert_eq!(related(scene, Viewer::Anonymous, here).await, [panorama, east, near], "the newest first");
    let of_panorama = related(scene, Viewer::Anonymous, panorama).await;
    assert_eq!(of_panorama, [unknown, backward, east, near, here]);
    assert!(related(scene, viewer(&ada), here).await.contains(&secret));
    assert_eq!(related(scene, Viewer::Anonymous, unknown).await, [panorama]);

    // Search fills them in if it is asked to.
    let mut query = scene.query(Viewer::Anonymous);
    assert!(scene.catalog.search(&query).await.unwrap().items.iter().all(|item| item.links.related.is_empty()));
    query.ids = vec![here, panorama];
    query.related = true;
    let found = scene.catalog.search(&query).await.unwrap().items;
    assert_eq!(ids(&found), [panorama, here]);
    for item in found {
        assert_eq!(item, scene.catalog.item(Viewer::Anonymous, item.picture.id).await.unwrap().unwrap());
    }
}

pub async fn related_pictures_cross_the_antimeridian(scene: &Scene) {
    let ada = scene.account("ada").await;
    let west = single(scene, &ada, 179.999_95, -16.5, Some(0.0)).await.pictures[0];
    let east = single(scene, &ada, -179.999_95, -16.5, Some(0.0)).await.pictures[0];
    assert_eq!(related(scene, Viewer::Anonymous, west).await, [east]);
    assert_eq!(related(scene, Viewer::Anonymous, east).await, [west]);
}

pub async fn related_pictures_are_the_nearest_of_each_sequence(scene: &Scene) {
    let ada = scene.account("ada").await;
    let here = single(scene, &ada, 2.35, 48.85, Some(0.0)).await.pictures[0];
    let make = |metres: f64, heading: f64| Picture {
        lat: 48.85 + metres * METRE,
        lon: 2.35,
        orientation: Orientation { heading: Some(heading), sensor_heading: Some(heading), ..Orientation::default() },
        ..scene.picture(&ada)
    };
    let pictures = vec![make(-9.0, 0.0), make(-5.0, 0.0), make(1.0, 180.0), make(7.0, 0.0)];
    let street = scene.show(&ada, Visibility::Anyone, pictures).await;
    assert_eq!(
        related(scene, Viewer::Anonymous, here).await,
        [street.pictures[1]],
        "nearest of those that look that way"
    );
    assert_eq!(related(scene, Viewer::Anonymous, street.pictures[1]).await, [here], "none of its own sequence");
}

pub async fn a_picture_has_twenty_related_at_most(scene: &Scene) {
    let ada = scene.account("ada").await;
    let mut all = Vec::new();
    for _ in 0..23 {
        all.push(single(scene, &ada, 2.35, 48.85, Some(0.0)).await.pictures[0]);
    }
    let newest: Vec<_> = all[1..].iter().rev().take(20).copied().collect();
    assert_eq!(related(scene, Viewer::Anonymous, all[0]).await, newest);
}
