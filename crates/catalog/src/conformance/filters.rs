//! Filters of pictures and sequences.

use flaneur_access::{Viewer, Visibility};
use jiff::SignedDuration;

use super::scene::{Scene, Street, viewer};
use crate::{
    CatalogError,
    model::{
        Account, Area, Camera, Comparison, Filter, NewUploadSet, Order, Pattern, PatternPart, Picture, PictureFilter,
        PictureId, PictureProperty, Projection, Region, RegionPart, SearchQuery, Semantic, SequenceFilter, SequenceId,
        SequenceProperty, SequenceQuery, Value,
    },
};

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn is<P>(property: P, value: Value) -> Filter<P> {
    Filter::Compare(property, Comparison::Equal, value)
}

fn not<P>(filter: Filter<P>) -> Filter<P> {
    Filter::Not(Box::new(filter))
}

fn like(parts: &[PatternPart]) -> Pattern {
    Pattern(parts.to_vec())
}

/// A street of a set with these tags.
async fn tagged(scene: &Scene, account: &Account, tags: &[(&str, &str)], pictures: Vec<Picture>) -> Street {
    let semantics =
        tags.iter().map(|(key, value)| Semantic { key: (*key).to_owned(), value: (*value).to_owned() }).collect();
    let new = NewUploadSet { semantics, ..scene.new_set(account) };
    let set = scene.catalog.create_upload_set(new).await.unwrap().options.id;
    let mut ids = Vec::new();
    for picture in pictures {
        ids.push(scene.accept(set, picture).await);
    }
    let sequence = SequenceId(scene.world.id());
    scene.dispatch(&scene.plan(set, vec![scene.part(sequence, &ids)])).await;
    for id in &ids {
        scene.publish(*id).await;
    }
    scene.refresh().await;
    Street { account: account.clone(), set, sequence, pictures: ids }
}

async fn found(scene: &Scene, filter: &PictureFilter) -> Vec<PictureId> {
    let query = SearchQuery { order: Order::Oldest, filter: Some(filter.clone()), ..scene.query(Viewer::Anonymous) };
    let all = scene.search(&query).await;
    // In every order, by every lead, page by page: the same.
    let everywhere =
        Some(Area::of(flaneur_coverage::quadkey::Bbox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 }));
    for (order, area) in [
        (Order::Newest, None),
        (Order::Oldest, everywhere.clone()),
        (Order::Nearest(2.0, 48.0), everywhere),
        (Order::Id, None),
        (Order::IdBackwards, None),
    ] {
        let mut query = SearchQuery { order, area, limit: 2, ..query.clone() };
        let mut paged = Vec::new();
        loop {
            let page = scene.catalog.search(&query).await.unwrap();
            paged.extend(page.items.iter().map(|item| item.picture.id));
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        assert_eq!(paged.len(), all.len(), "{order:?} {filter:?}");
        assert!(paged.iter().all(|id| all.contains(id)), "{order:?} {filter:?}");
        match order {
            Order::Newest => assert!(paged.iter().eq(all.iter().rev())),
            Order::Oldest => assert_eq!(paged, all),
            Order::Id => assert!(paged.is_sorted()),
            Order::IdBackwards => assert!(paged.is_sorted_by(|one, other| one > other)),
            Order::Nearest(..) => {}
        }
    }
    all
}

pub async fn pictures_are_found_by_what_they_are(scene: &Scene) {
    use PictureProperty::{
        Absent, Account as Name, AccountId, CapturedAt, FieldOfView, Id, Make, Projection as Layout, Sequence,
        UpdatedAt,
    };

    let ada = scene.account("ada").await;
    let mut pictures = Vec::new();
    for (make, fov, projection) in [
        (Some("Make_100%"), Some(80.0), Projection::Flat),
        (Some("make_100%"), Some(360.0), Projection::Equirectangular),
        (None, None, Projection::Flat),
    ] {
        scene.pass(1);
        let camera = Camera { make: make.map(str::to_owned), field_of_view: fov, ..Camera::default() };
        pictures.push(Picture { projection, camera, ..scene.picture(&ada) });
    }
    let street = scene.show(&ada, Visibility::Anyone, pictures).await;
    let [a, b, c] = street.pictures[..] else { panic!("three pictures") };
    let taken = scene.catalog.picture(b).await.unwrap().unwrap().captured_at;
    let one = PatternPart::One;
    let some = PatternPart::Some;
    let exactly = |text: &str| PatternPart::Text(text.to_owned());
    for (filter, expected) in [
        (is(Make, text("Make_100%")), vec![a]),
        (not(is(Make, text("Make_100%"))), vec![b]),
        (Filter::Compare(Make, Comparison::Differs, text("Make_100%")), vec![b]),
        (Filter::Known(Make), vec![a, b]),
        (not(Filter::Known(Make)), vec![c]),
        (Filter::OneOf(Make, vec![text("make_100%"), text("x"), text("' OR 1=1 --")]), vec![b]),
        (Filter::OneOf(Make, vec![]), vec![]),
        (Filter::Like(Make, like(&[exactly("Make_"), some.clone()])), vec![a]),
        (Filter::Like(Make, like(&[one, exactly("ake_100%")])), vec![a, b]),
        (Filter::Like(Make, like(&[exactly("Make*"), some.clone()])), vec![]),
        (Filter::Like(Make, like(&[exactly("[M]ake"), some])), vec![]),
        (is(Layout, text("equirectangular")), vec![b]),
        (Filter::Compare(FieldOfView, Comparison::AtLeast, Value::Number(80.0)), vec![a, b]),
        (Filter::Compare(FieldOfView, Comparison::Less, Value::Number(360.0)), vec![a]),
        (is(Name, text("ada")), vec![a, b, c]),
        (is(Name, text("bob")), vec![]),
        (is(AccountId, Value::Id(ada.id.0)), vec![a, b, c]),
        (is(Id, Value::Id(c.0)), vec![c]),
        (Filter::OneOf(Id, vec![Value::Id(c.0), Value::Id(a.0)]), vec![a, c]),
        (is(Sequence, Value::Id(street.sequence.0)), vec![a, b, c]),
        (Filter::Compare(CapturedAt, Comparison::Greater, Value::Time(taken)), vec![c]),
        (Filter::Compare(CapturedAt, Comparison::AtMost, Value::Time(taken)), vec![a, b]),
        (Filter::Compare(UpdatedAt, Comparison::Greater, Value::Time(scene.now())), vec![]),
        (Filter::Any(vec![is(Make, text("Make_100%")), is(Id, Value::Id(c.0))]), vec![a, c]),
        (Filter::All(vec![Filter::Known(Make), not(is(Id, Value::Id(a.0)))]), vec![b]),
        (Filter::All(vec![]), vec![a, b, c]),
        (Filter::Any(vec![]), vec![]),
        (is(Absent, Value::Number(1.0)), vec![]),
        (not(is(Absent, Value::Number(1.0))), vec![]),
        (not(Filter::Known(Absent)), vec![a, b, c]),
    ] {
        assert_eq!(found(scene, &filter).await, expected, "{filter:?}");
    }
}

pub async fn pictures_are_found_by_the_tags_of_their_sequences(scene: &Scene) {
    use PictureProperty::{Make, Tag, Tags};

    let ada = scene.account("ada").await;
    let picture = || {
        scene.pass(1);
        scene.picture(&ada)
    };
    let (one, two, three) = (picture(), picture(), picture());
    let odd = "it's \"50%\"_\\";
    let foot =
        tagged(scene, &ada, &[("transport", "foot"), ("osm|way", "path"), ("osm|way", "steps")], vec![one]).await;
    let car = tagged(scene, &ada, &[("transport", "car"), ("note", odd)], vec![two]).await;
    let none = tagged(scene, &ada, &[], vec![three]).await;
    let (foot, car, none) = (foot.pictures[0], car.pictures[0], none.pictures[0]);
    let tag = |key: &str| Tag(key.to_owned());
    for (filter, expected) in [
        (Filter::Known(Tags), vec![foot, car]),
        (not(Filter::Known(Tags)), vec![none]),
        (Filter::Known(tag("transport")), vec![foot, car]),
        (Filter::Known(tag("TRANSPORT")), vec![]),
        (is(tag("transport"), text("car")), vec![car]),
        (is(tag("note"), text(odd)), vec![car]),
        (is(tag("note"), text("it's \"50%\"x\\")), vec![]),
        (is(tag("osm|way"), text("steps")), vec![foot]),
        (Filter::All(vec![is(tag("osm|way"), text("steps")), is(tag("osm|way"), text("path"))]), vec![foot]),
        (Filter::All(vec![is(tag("osm|way"), text("steps")), is(tag("transport"), text("car"))]), vec![]),
        (Filter::All(vec![is(tag("osm|way"), text("steps")), is(tag("transport"), text("foot"))]), vec![foot]),
        (Filter::Any(vec![is(tag("transport"), text("car")), Filter::Known(tag("osm|way"))]), vec![foot, car]),
        (Filter::Any(vec![is(tag("transport"), text("car")), Filter::Known(Make)]), vec![foot, car, none]),
        (Filter::Compare(tag("osm|way"), Comparison::Differs, text("path")), vec![foot]),
        (not(is(tag("transport"), text("foot"))), vec![car, none]),
        (Filter::OneOf(tag("transport"), vec![text("foot"), text("bus")]), vec![foot]),
        (Filter::Like(tag("osm|way"), like(&[PatternPart::Text("st".to_owned()), PatternPart::Some])), vec![foot]),
    ] {
        assert_eq!(found(scene, &filter).await, expected, "{filter:?}");
    }
}

pub async fn pictures_are_found_in_a_region(scene: &Scene) {
    let ada = scene.account("ada").await;
    let mut pictures = Vec::new();
    for (lon, lat) in [(1.0, 1.0), (3.0, 1.0), (1.0, 3.0), (20.0, 20.0)] {
        scene.pass(1);
        pictures.push(Picture { lon, lat, ..scene.picture(&ada) });
    }
    let ids = scene.show(&ada, Visibility::Anyone, pictures).await.pictures;
    let triangle = vec![vec![0.0, 0.0], vec![4.0, 0.0], vec![0.0, 4.0], vec![0.0, 0.0]];
    let corner = Region::new(vec![RegionPart::polygon(std::slice::from_ref(&triangle)).unwrap()]).unwrap();
    let more = Region::new(vec![
        RegionPart::polygon(&[triangle]).unwrap(),
        RegionPart::line(&[vec![19.0, 19.0], vec![21.0, 21.0]]).unwrap(),
    ])
    .unwrap();
    let everything = scene.catalog.picture(ids[0]).await.unwrap().unwrap().sequence.unwrap();
    for (region, expected) in [(corner, vec![ids[0], ids[1], ids[2]]), (more, ids.clone())] {
        for order in [Order::Oldest, Order::Nearest(1.0, 1.0), Order::Id] {
            let area = Some(Area::within(region.clone()));
            let query = SearchQuery { area, order, ..scene.query(Viewer::Anonymous) };
            for query in [
                query.clone(),
                SearchQuery { sequences: vec![everything], ..query.clone() },
                SearchQuery { ids: ids.clone(), ..query.clone() },
            ] {
                let mut found = scene.search(&query).await;
                found.sort_by_key(|id| ids.iter().position(|other| other == id));
                assert_eq!(found, expected, "{query:?}");
                let first = SearchQuery { limit: 1, ..query };
                let page = scene.catalog.search(&first).await.unwrap();
                assert_eq!(page.items.len(), 1);
                let rest = SearchQuery { limit: 1000, after: page.next, ..first };
                assert_eq!(scene.search(&rest).await.len(), expected.len() - 1, "{rest:?}");
            }
        }
    }
}

async fn listed(scene: &Scene, filter: &SequenceFilter) -> Vec<SequenceId> {
    let query = SequenceQuery { filter: Some(filter.clone()), ..scene.sequence_query(Viewer::Anonymous) };
    scene.catalog.sequences(&query).await.unwrap().sequences().into_iter().map(|sequence| sequence.id).collect()
}

pub async fn sequences_are_found_by_what_they_are(scene: &Scene) {
    use SequenceProperty::{
        Account as Name, AccountId, CapturedAt, CreatedAt, Id, Tag, Tags, Title, UpdatedAt, Visibility as Seen,
    };

    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let pictures = |account: &Account| {
        let mut all = Vec::new();
        for _ in 0..2 {
            scene.pass(10);
            all.push(scene.picture(account));
        }
        all
    };
    let first = tagged(scene, &ada, &[("transport", "foot")], pictures(&ada)).await.sequence;
    scene.pass(100);
    let second = tagged(scene, &bob, &[("transport", "car"), ("note", "'")], pictures(&bob)).await.sequence;
    let sequence = scene.catalog.sequence(Viewer::Anonymous, first).await.unwrap().unwrap();
    let (begin, end) = sequence.summary.interval.unwrap();
    let between = begin + SignedDuration::from_secs(1);
    let compare = |property: SequenceProperty, comparison, at| Filter::Compare(property, comparison, Value::Time(at));
    for (filter, expected) in [
        (is(Id, Value::Id(first.0)), vec![first]),
        (is(Title, text(&sequence.title)), vec![first]),
        (Filter::Like(Title, like(&[PatternPart::Text("Part ".to_owned()), PatternPart::Some])), vec![first, second]),
        (is(Name, text("bob")), vec![second]),
        (is(AccountId, Value::Id(bob.id.0)), vec![second]),
        (is(Seen, text("anyone")), vec![first, second]),
        (Filter::Known(Tags), vec![first, second]),
        (is(Tag("transport".to_owned()), text("car")), vec![second]),
        (is(Tag("note".to_owned()), text("'")), vec![second]),
        (not(is(Tag("transport".to_owned()), text("car"))), vec![first]),
        (compare(CreatedAt, Comparison::AtMost, sequence.created_at), vec![first]),
        (compare(CreatedAt, Comparison::Greater, sequence.created_at), vec![second]),
        (compare(UpdatedAt, Comparison::Greater, sequence.updated_at), vec![second]),
        (compare(CapturedAt, Comparison::Equal, between), vec![first]),
        (compare(CapturedAt, Comparison::Differs, between), vec![second]),
        (compare(CapturedAt, Comparison::Greater, end), vec![second]),
        (compare(CapturedAt, Comparison::AtLeast, end), vec![first, second]),
        (compare(CapturedAt, Comparison::Less, begin), vec![]),
        (Filter::Known(CapturedAt), vec![first, second]),
    ] {
        assert_eq!(listed(scene, &filter).await, expected, "{filter:?}");
    }
}

pub async fn what_would_take_too_long_is_refused(scene: &Scene) {
    // Few are looked at whole; how many are too many is for `tests/plans.rs` to show.
    let ada = scene.account("ada").await;
    scene.street(&ada, Visibility::Anyone, 2).await;
    let filter = Some(is(PictureProperty::Make, text("nobody's")));
    let query = SearchQuery { filter, ..scene.query(viewer(&ada)) };
    let found = scene.catalog.search(&query).await;
    assert!(!matches!(found, Err(CatalogError::TooBroad)));
    assert_eq!(found.unwrap().next, None);
}
