//! Search.

use flaneur_access::{Viewer, Visibility};
use flaneur_coverage::quadkey::Bbox;
use jiff::{SignedDuration, Timestamp};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::scene::{Scene, viewer};
use crate::model::{Area, Order, Picture, PictureId, SearchQuery, SequenceId};

const ORDERS: [Order; 4] = [Order::Newest, Order::Oldest, Order::Id, Order::IdBackwards];

fn area(west: f64, south: f64, east: f64, north: f64) -> Area {
    Area::of(Bbox { west, south, east, north })
}

/// One sequence of pictures at these positions, a second apart.
async fn at(scene: &Scene, positions: &[(f64, f64)]) -> Vec<PictureId> {
    let ada = match scene.catalog.account_by_name("ada").await.unwrap() {
        Some(ada) => ada,
        None => scene.account("ada").await,
    };
    let pictures = positions
        .iter()
        .map(|(lon, lat)| {
            scene.pass(1);
            Picture { lon: *lon, lat: *lat, ..scene.picture(&ada) }
        })
        .collect();
    scene.show(&ada, Visibility::Anyone, pictures).await.pictures
}

pub async fn search_is_in_order_of_time(scene: &Scene) {
    let ids = at(scene, &[(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]).await;
    let mut query = scene.query(Viewer::Anonymous);
    assert_eq!(scene.search(&query).await, [ids[2], ids[1], ids[0]]);
    query.order = Order::Oldest;
    assert_eq!(scene.search(&query).await, ids);
    query.limit = 2;
    assert_eq!(scene.search(&query).await, ids[..2]);
    for area in [None, Some(area(0.0, 0.0, 4.0, 4.0))] {
        for order in [Order::Newest, Order::Nearest(0.0, 0.0)] {
            let query = SearchQuery { limit: -1, order, area: area.clone(), ..query.clone() };
            assert_eq!(scene.search(&query).await, []);
        }
    }
}

pub async fn search_by_ids_and_sequences(scene: &Scene) {
    let (first, second) = (at(scene, &[(1.0, 1.0), (2.0, 2.0)]).await, at(scene, &[(3.0, 3.0), (4.0, 4.0)]).await);
    let sequence = async |id: PictureId| scene.catalog.picture(id).await.unwrap().unwrap().sequence.unwrap();
    let (one, two) = (sequence(first[0]).await, sequence(second[0]).await);
    let query = SearchQuery { order: Order::Oldest, ..scene.query(Viewer::Anonymous) };
    let unknown = PictureId(scene.world.id());
    let by_ids = SearchQuery { ids: vec![second[1], first[0], unknown, first[0]], ..query.clone() };
    assert_eq!(scene.search(&by_ids).await, [first[0], second[1]]);
    assert_eq!(scene.search(&SearchQuery { ids: vec![unknown], ..query.clone() }).await, []);
    assert_eq!(scene.search(&SearchQuery { sequences: vec![two], ..query.clone() }).await, second);
    let both = SearchQuery { sequences: vec![two, one], ..query.clone() };
    assert_eq!(scene.search(&both).await, [first.clone(), second.clone()].concat());
    assert_eq!(scene.search(&SearchQuery { limit: 3, ..both }).await.len(), 3);
    let nobodys = SearchQuery { sequences: vec![SequenceId(scene.world.id())], ..query.clone() };
    assert_eq!(scene.search(&nobodys).await, []);
    // Conditions add up.
    let mixed = SearchQuery { sequences: vec![one], area: Some(area(1.5, 1.5, 5.0, 5.0)), ..by_ids };
    assert_eq!(scene.search(&mixed).await, []);
    let mixed = SearchQuery { area: Some(area(0.5, 0.5, 1.5, 1.5)), ..mixed };
    assert_eq!(scene.search(&mixed).await, [first[0]]);
}

pub async fn search_by_dates(scene: &Scene) {
    let ids = at(scene, &[(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]).await;
    let last: Timestamp = scene.now();
    let first = last - SignedDuration::from_secs(2);
    for area in [None, Some(area(0.0, 0.0, 9.0, 9.0))] {
        let query = SearchQuery { order: Order::Oldest, area, ..scene.query(Viewer::Anonymous) };
        let since = |since| SearchQuery { since: Some(since), ..query.clone() };
        assert_eq!(scene.search(&since(first)).await, ids, "not taken before: the very moment is in");
        assert_eq!(scene.search(&since(first + SignedDuration::from_micros(1))).await, ids[1..]);
        let until = |until| SearchQuery { until: Some(until), ..query.clone() };
        assert_eq!(scene.search(&until(last)).await, ids);
        assert_eq!(scene.search(&until(last - SignedDuration::from_micros(1))).await, ids[..2]);
        let moment = first + SignedDuration::from_secs(1);
        assert_eq!(scene.search(&SearchQuery { since: Some(moment), ..until(moment) }).await, [ids[1]]);
        assert_eq!(scene.search(&SearchQuery { since: Some(last), ..until(first) }).await, []);
    }
}

pub async fn search_by_box(scene: &Scene) {
    let ids = at(scene, &[(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]).await;
    let within = async |west, south, east, north| {
        let order = Order::Oldest;
        scene
            .search(&SearchQuery {
                order,
                area: Some(area(west, south, east, north)),
                ..scene.query(Viewer::Anonymous)
            })
            .await
    };
    assert_eq!(within(1.0, 1.0, 2.0, 2.0).await, ids[..2], "borders are inside");
    assert_eq!(within(1.5, 0.0, 2.5, 1.9).await, []);
    assert_eq!(within(2.0, 2.0, 2.0, 2.0).await, [ids[1]], "a box may be a point");
    assert_eq!(within(-180.0, -90.0, 180.0, 90.0).await, ids);
}

pub async fn search_across_the_antimeridian(scene: &Scene) {
    let ids = at(scene, &[(179.5, -16.0), (-179.5, -16.0), (0.0, -16.0), (180.0, -16.0), (-180.0, -16.0)]).await;
    let order = Order::Oldest;
    let query = SearchQuery { order, area: Some(area(179.0, -20.0, -179.0, -10.0)), ..scene.query(Viewer::Anonymous) };
    assert_eq!(scene.search(&query).await, [ids[0], ids[1], ids[3], ids[4]]);
    let other_way_round = SearchQuery { area: Some(area(-179.0, -20.0, 179.0, -10.0)), ..query.clone() };
    assert_eq!(scene.search(&other_way_round).await, [ids[2]]);
    let nearest = SearchQuery { order: Order::Nearest(179.9, -16.0), limit: 4, ..query };
    assert_eq!(scene.search(&nearest).await, [ids[3], ids[4], ids[0], ids[1]]);
    let anywhere = SearchQuery { area: None, ..nearest };
    assert_eq!(scene.search(&anywhere).await, [ids[3], ids[4], ids[0], ids[1]]);
}

pub async fn search_beyond_the_map(scene: &Scene) {
    // The map ends at 85.05°; the Earth does not.
    let ids = at(scene, &[(10.0, 89.5), (10.0, 86.0), (10.0, -88.0)]).await;
    let query =
        SearchQuery { order: Order::Oldest, area: Some(area(0.0, 88.0, 20.0, 90.0)), ..scene.query(Viewer::Anonymous) };
    assert_eq!(scene.search(&query).await, [ids[0]]);
    let south = SearchQuery { area: Some(area(0.0, -90.0, 20.0, -87.0)), ..query.clone() };
    assert_eq!(scene.search(&south).await, [ids[2]]);
    let nearest = SearchQuery { area: None, order: Order::Nearest(10.0, 90.0), limit: 2, ..query };
    assert_eq!(scene.search(&nearest).await, ids[..2]);
}

pub async fn search_by_distance(scene: &Scene) {
    // At 60° north, a degree of longitude is half as long as one of latitude.
    let ids = at(scene, &[(10.0, 60.03), (10.05, 60.0), (10.0, 60.02), (10.000_01, 60.0), (-170.0, 0.0)]).await;
    let mut query = SearchQuery { order: Order::Nearest(10.0, 60.0), ..scene.query(Viewer::Anonymous) };
    let in_order = [ids[3], ids[2], ids[1], ids[0], ids[4]];
    for limit in 1..=6 {
        query.limit = limit;
        assert_eq!(scene.search(&query).await, in_order[..5.min(limit as usize)]);
    }
    query.area = Some(area(10.01, 59.0, 11.0, 61.0));
    assert_eq!(scene.search(&query).await, [ids[1]], "the point may be outside of the box");
}

/// Random pictures and random queries: what is found is what a plain filter leaves.
pub async fn search_agrees_with_a_plain_filter(scene: &Scene) {
    let mut random = StdRng::seed_from_u64(7);
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let mut pictures: Vec<Picture> = Vec::new();
    for street in 0..8 {
        let centre = [(2.35, 48.85), (179.999, -16.5), (-0.001, 51.5), (25.0, 84.99)][street % 4];
        let visibility = *Visibility::ALL.choose(&mut random).unwrap();
        let account = if random.random() { &ada } else { &bob };
        let mut shown = Vec::new();
        for _ in 0..25 {
            scene.pass(random.random_range(0..2));
            let lon: f64 = centre.0 + random.random_range(-0.01..0.01);
            let lon = if lon > 180.0 { lon - 360.0 } else { lon };
            shown.push(Picture { lon, lat: centre.1 + random.random_range(-0.01..0.01), ..scene.picture(account) });
        }
        for id in scene.show(account, visibility, shown).await.pictures {
            let stored = scene.catalog.picture(id).await.unwrap().unwrap();
            pictures.push(Picture { visibility, ..stored });
        }
    }
    for round in 0..120 {
        let near = pictures.choose(&mut random).unwrap();
        let (width, height) = (random.random_range(0.0..0.02f64), random.random_range(0.0..0.02f64));
        let turn = |lon: f64| {
            if lon > 180.0 {
                lon - 360.0
            } else if lon < -180.0 {
                lon + 360.0
            } else {
                lon
            }
        };
        let bbox = Bbox {
            west: turn(near.lon - width),
            south: near.lat - height,
            east: turn(near.lon + width),
            north: near.lat + height,
        };
        let other = pictures.choose(&mut random).unwrap();
        let mut query = SearchQuery {
            area: random.random::<bool>().then_some(Area::of(bbox)),
            since: random.random_bool(0.3).then_some(other.captured_at),
            until: random.random_bool(0.3).then_some(near.captured_at),
            order: *ORDERS.choose(&mut random).unwrap(),
            limit: *[1, 10, 1000].choose(&mut random).unwrap(),
            ..scene.query([Viewer::Anonymous, viewer(&ada), viewer(&bob)][round % 3])
        };
        if random.random_bool(0.3) {
            query.sequences = vec![near.sequence.unwrap(), other.sequence.unwrap()];
        }
        if random.random_bool(0.4) {
            query.order = Order::Nearest(turn(near.lon + 0.003), near.lat);
        }
        assert_eq!(scene.search(&query).await, plain(&pictures, &query), "round {round}: {query:?}");
        if round % 4 == 0 {
            let mut page = SearchQuery { limit: 7, ..query.clone() };
            let mut paged = Vec::new();
            loop {
                let found = scene.catalog.search(&page).await.unwrap();
                paged.extend(super::scene::ids(&found.items));
                page.after = found.next;
                if page.after.is_none() {
                    break;
                }
            }
            let all = SearchQuery { limit: 1000, ..query };
            assert_eq!(paged, plain(&pictures, &all), "round {round}: {all:?}");
        }
    }
}

fn plain(pictures: &[Picture], query: &SearchQuery) -> Vec<PictureId> {
    let mut found: Vec<&Picture> = pictures
        .iter()
        .filter(|picture| {
            let subject = picture.subject(picture.visibility);
            flaneur_access::decide(query.viewer, flaneur_access::Action::See, subject).is_ok()
                && (query.sequences.is_empty() || query.sequences.contains(&picture.sequence.unwrap()))
                && query.area.as_ref().is_none_or(|area| area.bbox.contains(picture.lon, picture.lat))
                && query.since.is_none_or(|since| picture.captured_at >= since)
                && query.until.is_none_or(|until| picture.captured_at <= until)
        })
        .collect();
    match query.order {
        Order::Newest => found.sort_by_key(|picture| std::cmp::Reverse((picture.captured_at, picture.id))),
        Order::Oldest => found.sort_by_key(|picture| (picture.captured_at, picture.id)),
        Order::Id => found.sort_by_key(|picture| picture.id),
        Order::IdBackwards => found.sort_by_key(|picture| std::cmp::Reverse(picture.id)),
        Order::Nearest(lon, lat) => found.sort_by(|a, b| {
            let away = |picture: &Picture| {
                let across = (picture.lon - lon).abs();
                (across.min(360.0 - across) * lat.to_radians().cos()).hypot(picture.lat - lat)
            };
            away(a).total_cmp(&away(b))
        }),
    }
    found.into_iter().take(query.limit as usize).map(|picture| picture.id).collect()
}
