//! What no index leads to costs a bounded amount of work, however many pictures there are, and says where to go on.

mod city;

use flaneur_access::Viewer;
use flaneur_catalog::{
    CatalogError, Pictures as _,
    model::{Area, Comparison, Filter, Order, PictureFilter, PictureProperty, Region, RegionPart, SearchQuery, Value},
};
use flaneur_coverage::quadkey::Bbox;

/// Sequences: a few pictures more than one search looks at.
const SEQUENCES: usize = 230;

fn query(filter: Option<PictureFilter>, order: Order, area: Option<Area>) -> SearchQuery {
    SearchQuery { area, filter, order, ..SearchQuery::all(Viewer::Anonymous, 1000) }
}

#[tokio::test]
async fn what_is_rare_is_led_to_and_what_is_not_there_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = city::build(&folder.path().join("catalog.sqlite"), SEQUENCES).await;
    let is = |property, text: &str| Some(Filter::Compare(property, Comparison::Equal, Value::Text(text.to_owned())));
    let world = Area::of(Bbox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 });
    let tag = |key: &str| PictureProperty::Tag(key.to_owned());
    for order in [Order::Newest, Order::Oldest, Order::Nearest(2.35, 48.85), Order::Id, Order::IdBackwards] {
        for area in [None, Some(world.clone())] {
            // A tag that few have.
            let found = catalog.search(&query(is(tag("osm|traffic_sign"), "stop"), order, area.clone())).await.unwrap();
            assert_eq!((found.items.len(), found.next), (SEQUENCES, None), "{order:?}");
            // One that nobody has, and a camera that nobody has.
            let found = catalog.search(&query(is(tag("osm|traffic_sign"), "go"), order, area.clone())).await.unwrap();
            assert_eq!((found.items.len(), found.next), (0, None), "{order:?}");
            let refused = catalog.search(&query(is(PictureProperty::Make, "nobody's"), order, area.clone())).await;
            assert!(matches!(refused, Err(CatalogError::TooBroad)), "{order:?}: {refused:?}");
            // What all have fills a page.
            for everywhere in [is(PictureProperty::Make, "Make"), is(tag("transport"), "car")] {
                let mut query = query(everywhere, order, area.clone());
                for _ in 0..3 {
                    let found = catalog.search(&query).await.unwrap();
                    assert!(found.items.len() == 1000 && found.next.is_some(), "{query:?}: {}", found.items.len());
                    query.after = found.next;
                }
            }
        }
    }
    // A narrow region in the midst of it.
    let ring = vec![vec![2.34, 48.84], vec![2.36, 48.84], vec![2.36, 48.86], vec![2.34, 48.84]];
    let narrow = Region::new(vec![RegionPart::polygon(&[ring]).unwrap()]).unwrap();
    let found = catalog.search(&query(None, Order::Newest, Some(Area::within(narrow.clone())))).await.unwrap();
    assert!(found.items.iter().all(|item| narrow.contains(item.picture.lon, item.picture.lat)));
    // All of it, of an odd shape: page by page to the end, and nothing twice.
    let ring =
        vec![vec![-180.0, -90.0], vec![180.0, -90.0], vec![180.0, 80.0], vec![-180.0, 90.0], vec![-180.0, -90.0]];
    let odd = Region::new(vec![RegionPart::polygon(&[ring]).unwrap()]).unwrap();
    let mut query = query(None, Order::Newest, Some(Area::within(odd)));
    query.limit = 10_000;
    let mut all = std::collections::BTreeSet::new();
    loop {
        let found = catalog.search(&query).await.unwrap();
        all.extend(found.items.iter().map(|item| item.picture.id));
        query.after = found.next;
        if query.after.is_none() {
            break;
        }
    }
    assert_eq!(all.len(), SEQUENCES * city::LENGTH);
}
