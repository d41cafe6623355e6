//! Excluded areas: what is refused, what is hidden, and what comes back.

use std::collections::BTreeSet;

use flaneur_access::{Viewer, Visibility};
use flaneur_coverage::quadkey::Tile;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use uuid::Uuid;

use super::scene::{Scene, Street, viewer};
use crate::model::{
    Account, AccountId, AreaId, AreaLimits, AreaReceipt, AreaShape, ChangeKind, ExcludedArea, Exclusion, JobKind,
    Picture, PictureId, Receipt, ReceivedFile, SearchQuery, SequenceId, Sweep,
};

type Ring = Vec<(f64, f64)>;

pub(super) fn square(west: f64, south: f64, side: f64) -> Ring {
    let (east, north) = (west + side, south + side);
    vec![(west, south), (east, south), (east, north), (west, north), (west, south)]
}

pub(super) fn shape(rings: &[Ring]) -> AreaShape {
    let polygon = |ring: &Ring| vec![ring.iter().map(|(lon, lat)| vec![*lon, *lat]).collect()];
    AreaShape::new(&rings.iter().map(polygon).collect::<Vec<_>>()).unwrap()
}

pub(super) fn area(scene: &Scene, owner: Option<&Account>, ring: Ring) -> ExcludedArea {
    ExcludedArea {
        id: AreaId(scene.world.id()),
        owner: owner.map(|account| account.id),
        allowed: false,
        label: Some("a place".to_owned()),
        is_public: owner.is_none(),
        shape: shape(&[ring]),
        created_at: scene.now(),
    }
}

pub(super) async fn add(scene: &Scene, area: ExcludedArea) -> AreaId {
    let (id, limits) = (area.id, AreaLimits { areas: 1000, positions: 100_000 });
    assert_eq!(scene.catalog.add_area(area, limits, scene.job()).await.unwrap(), AreaReceipt::Added);
    id
}

pub(super) async fn remove(scene: &Scene, owner: Option<AccountId>, id: AreaId) -> bool {
    scene.catalog.remove_area(owner, id, scene.job(), scene.now()).await.unwrap()
}

async fn step(scene: &Scene, lease: &crate::model::Lease, most: i64) -> Sweep {
    scene.catalog.sweep_areas(lease, most, &|| scene.job(), scene.now()).await.unwrap()
}

/// Does all there is to sweep, so many pictures at once, and sums sequences up. Answers how many steps it took.
pub(super) async fn sweep(scene: &Scene, most: i64) -> usize {
    let mut steps = 0;
    while let Some(lease) = scene.lease_any(JobKind::Areas).await {
        loop {
            steps += 1;
            match step(scene, &lease, most).await {
                Sweep::Going => {}
                Sweep::Done => break,
                Sweep::Lost => panic!("the lease was held"),
            }
        }
    }
    scene.refresh().await;
    steps
}

pub(super) fn at(scene: &Scene, account: &Account, lon: f64, lat: f64) -> Picture {
    Picture { lon, lat, ..scene.picture(account) }
}

async fn seen(scene: &Scene, viewer: Viewer) -> BTreeSet<PictureId> {
    scene.search(&SearchQuery { limit: 10_000, ..scene.query(viewer) }).await.into_iter().collect()
}

pub(super) async fn exclusion(scene: &Scene, id: PictureId) -> Option<Exclusion> {
    scene.catalog.picture(id).await.unwrap().unwrap().exclusion
}

pub async fn areas_are_kept_by_owner(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let pair = [square(1.0, 1.0, 0.5), square(-70.25, 3.0, 2.0)];
    let general = ExcludedArea { shape: shape(&pair), label: None, ..area(scene, None, square(0.0, 0.0, 1.0)) };
    scene.pass(1);
    let (adas, bobs) = (area(scene, Some(&ada), square(2.0, 2.0, 1.0)), area(scene, Some(&bob), square(2.0, 2.0, 1.0)));
    for each in [&general, &adas, &bobs] {
        add(scene, each.clone()).await;
    }
    let all = async |owner: Option<&Account>| scene.catalog.areas(owner.map(|account| account.id)).await.unwrap();
    assert_eq!(all(None).await, std::slice::from_ref(&general));
    assert_eq!(all(Some(&ada)).await, std::slice::from_ref(&adas));
    assert_eq!(all(Some(&bob)).await, std::slice::from_ref(&bobs));

    assert!(!remove(scene, None, adas.id).await && !remove(scene, Some(bob.id), adas.id).await);
    assert!(!remove(scene, Some(ada.id), general.id).await);
    scene.pass(1);
    let (new, newer) = (area(scene, None, square(5.0, 5.0, 1.0)), area(scene, None, square(6.0, 5.0, 1.0)));
    scene.catalog.replace_areas(&[new.clone(), newer.clone()], scene.job(), scene.now()).await.unwrap();
    let mut expected = vec![new, newer];
    expected.sort_by_key(|each| each.id);
    assert_eq!(all(None).await, expected);
    assert_eq!(all(Some(&ada)).await, std::slice::from_ref(&adas), "accounts' own are left alone");
    assert!(remove(scene, Some(ada.id), adas.id).await && !remove(scene, Some(ada.id), adas.id).await);
    assert_eq!(all(Some(&ada)).await, []);
}

pub async fn there_are_so_many_areas_at_most(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let most = AreaLimits { areas: 2, positions: 12 };
    let offer = async |owner: Option<&Account>, ring: Ring| {
        scene.catalog.add_area(area(scene, owner, ring), most, scene.job()).await.unwrap()
    };
    for owner in [None, Some(&ada), Some(&bob)] {
        assert_eq!(offer(owner, square(0.0, 0.0, 1.0)).await, AreaReceipt::Added);
        let mut detailed = square(0.0, 0.0, 1.0);
        detailed.splice(1..1, (1..9).map(|at| (f64::from(at) / 10.0, 0.0)));
        assert_eq!(offer(owner, detailed).await, AreaReceipt::TooDetailed);
        assert_eq!(offer(owner, square(0.0, 0.0, 1.0)).await, AreaReceipt::Added);
        assert_eq!(offer(owner, square(0.0, 0.0, 1.0)).await, AreaReceipt::TooMany);
        assert_eq!(scene.catalog.areas(owner.map(|account| account.id)).await.unwrap().len(), 2);
    }
}

pub async fn a_picture_in_an_excluded_area_is_refused(scene: &Scene) {
    let ada = scene.account("ada").await;
    let id = add(scene, area(scene, None, square(10.0, 10.0, 1.0))).await;
    let set = scene.set_of(&ada, 2).await;
    let refused = at(scene, &ada, 10.5, 10.5);
    let receipt = scene.send(set, "a.jpg", refused.clone()).await;
    assert_eq!(receipt, Receipt::InExcludedArea(Exclusion::General));
    assert_eq!(scene.send(set, "edge.jpg", at(scene, &ada, 10.0, 10.3)).await, receipt, "an edge belongs to the area");
    assert_eq!(scene.catalog.picture(refused.id).await.unwrap(), None);
    assert_eq!(scene.queued(JobKind::Process, refused.id.0).await, 0);

    let files = scene.catalog.files(set, 0, 10).await.unwrap();
    let line = &files[0];
    let rejection = line.rejection.clone().unwrap();
    assert_eq!((line.picture, line.size, line.status), (None, Some(refused.size), None));
    assert_eq!(
        (rejection.reason.as_str(), rejection.message.as_str()),
        ("in_excluded_area", Exclusion::General.sentence())
    );
    assert!(scene.catalog.upload_set(set).await.unwrap().unwrap().completed, "refused files count");

    // The file is as good as never sent.
    assert!(remove(scene, None, id).await);
    assert!(matches!(scene.send(set, "a.jpg", refused).await, Receipt::Accepted(_)));
    // What was sent before is a duplicate wherever it was taken.
    let sent = at(scene, &ada, 20.5, 20.5);
    assert!(matches!(scene.send(set, "b.jpg", sent.clone()).await, Receipt::Accepted(_)));
    add(scene, area(scene, None, square(20.0, 20.0, 1.0))).await;
    assert!(matches!(scene.send(set, "b.jpg", sent).await, Receipt::Repeated(_)));
}

pub async fn a_private_area_is_nobody_elses_business(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    add(scene, area(scene, Some(&ada), square(10.0, 10.0, 1.0))).await;
    let (adas, bobs) = (scene.set(&ada).await, scene.set(&bob).await);
    assert_eq!(scene.send(adas, "a.jpg", at(scene, &ada, 10.5, 10.5)).await, Receipt::InExcludedArea(Exclusion::Own));
    assert!(matches!(scene.send(bobs, "b.jpg", at(scene, &bob, 10.5, 10.5)).await, Receipt::Accepted(_)));
    // Whoever's set it is reads its list of files: of an area of somebody else's they learn nothing there.
    let told = async |set| {
        let mut files = scene.catalog.files(set, 0, 10).await.unwrap();
        files.pop().unwrap().rejection.unwrap().message
    };
    assert_eq!(told(adas).await, Exclusion::Own.sentence());
    scene.send(bobs, "c.jpg", at(scene, &ada, 10.5, 10.5)).await;
    assert_eq!(told(bobs).await, Exclusion::FOR_OTHERS);

    let decide = async |account: &Account| scene.catalog.exclusion(account.id, 10.5, 10.5).await.unwrap();
    assert_eq!((decide(&ada).await, decide(&bob).await), (Some(Exclusion::Own), None));
    add(scene, area(scene, None, square(10.0, 10.0, 1.0))).await;
    assert_eq!(decide(&ada).await, Some(Exclusion::General), "what everybody may know is told first");
}

pub async fn pictures_are_taken_in_allowed_areas_only(scene: &Scene) {
    let ada = scene.account("ada").await;
    let allowed = |ring| ExcludedArea { allowed: true, ..area(scene, None, ring) };
    let two = [allowed(square(0.0, 0.0, 1.0)), allowed(square(5.0, 0.0, 1.0))];
    scene.catalog.replace_areas(&two, scene.job(), scene.now()).await.unwrap();
    let decide = async |lon, lat| scene.catalog.exclusion(ada.id, lon, lat).await.unwrap();
    for (lon, lat, expected) in [
        (0.5, 0.5, None),
        (1.0, 1.0, None),
        (5.5, 0.5, None),
        (3.0, 0.5, Some(Exclusion::General)),
        (-120.0, 40.0, Some(Exclusion::General)),
    ] {
        assert_eq!(decide(lon, lat).await, expected, "{lon}, {lat}");
    }
    // Within what is allowed, areas may be excluded.
    add(scene, area(scene, None, square(0.0, 0.0, 0.5))).await;
    assert_eq!((decide(0.2, 0.2).await, decide(0.8, 0.8).await), (Some(Exclusion::General), None));
    let street = scene.show(&ada, Visibility::Anyone, vec![at(scene, &ada, 5.5, 0.5)]).await;
    assert!(remove(scene, None, two[1].id).await);
    sweep(scene, 100).await;
    assert_eq!(exclusion(scene, street.pictures[0]).await, Some(Exclusion::General));
    assert!(remove(scene, None, two[0].id).await, "without any allowed one, all is allowed again");
    sweep(scene, 100).await;
    assert_eq!((exclusion(scene, street.pictures[0]).await, decide(3.0, 0.5).await), (None, None));
}

/// What of pictures was told since then: `kind` of which ones, and how many other changes.
async fn changes_since(scene: &Scene, number: i64, kind: ChangeKind) -> (BTreeSet<PictureId>, usize) {
    let changes = scene.catalog.changes(number, 100).await.unwrap();
    let of_pictures = changes.iter().filter_map(|change| Some((change.kind, change.picture?)));
    let (told, others): (Vec<_>, Vec<_>) = of_pictures.partition(|(each, _)| *each == kind);
    (told.into_iter().map(|(_, id)| id).collect(), others.len())
}

pub async fn an_area_hides_what_is_there(scene: &Scene) {
    let (ada, bob, admin) = (scene.account("ada").await, scene.account("bob").await, scene.account("admin").await);
    let pictures = (0..5).map(|n| at(scene, &ada, 10.0 + f64::from(n) * 0.0001, 10.0)).collect();
    let Street { sequence, pictures, set, .. } = scene.show(&ada, Visibility::Anyone, pictures).await;
    let bystander = scene.show(&bob, Visibility::Anyone, vec![at(scene, &bob, 10.0002, 10.0)]).await.pictures[0];
    let everywhere = Tile { z: 0, x: 0, y: 0 }.keys();
    let counted = async |viewer: Viewer| {
        let grid = scene.catalog.grid(viewer, None, everywhere.clone(), 6).await.unwrap();
        grid.iter().map(|cell| cell.pictures).sum::<i64>()
    };
    let all: BTreeSet<PictureId> = pictures.iter().copied().chain([bystander]).collect();
    assert_eq!(seen(scene, Viewer::Anonymous).await, all);
    for owner in [Some(&ada), None] {
        let before = scene.catalog.last_change().await.unwrap();
        scene.pass(1);
        // The third and the fourth.
        let id = add(scene, area(scene, owner, square(10.000_15, 9.0, 0.000_2))).await;
        assert_eq!(seen(scene, Viewer::Anonymous).await, all, "nothing of it is within reach: it has another latitude");
        assert!(remove(scene, owner.map(|account| account.id), id).await);
        sweep(scene, 100).await;
        assert_eq!(changes_since(scene, before, ChangeKind::Hidden).await, (BTreeSet::new(), 0));

        let id = add(scene, area(scene, owner, square(10.000_15, 9.999_9, 0.000_2))).await;
        sweep(scene, 2).await;
        let mut hidden = BTreeSet::from([pictures[2], pictures[3]]);
        if owner.is_none() {
            hidden.insert(bystander);
        }
        let why = if owner.is_some() { Exclusion::Own } else { Exclusion::General };
        for each in &all {
            let expected = hidden.contains(each).then_some(why);
            assert_eq!(exclusion(scene, *each).await, expected);
            for (who, sees) in [(Viewer::Anonymous, expected.is_none()), (viewer(&admin), true)] {
                assert_eq!(scene.catalog.item(who, *each).await.unwrap().is_some(), sees);
            }
        }
        let others: BTreeSet<PictureId> = all.difference(&hidden).copied().collect();
        assert_eq!(seen(scene, Viewer::Anonymous).await, others);
        assert_eq!(counted(Viewer::Anonymous).await, others.len() as i64);
        assert!(seen(scene, viewer(&ada)).await.is_superset(&pictures.iter().copied().collect()), "its owner sees it");
        assert!(!seen(scene, viewer(&bob)).await.contains(&pictures[2]));
        assert_eq!(changes_since(scene, before, ChangeKind::Hidden).await, (hidden.clone(), 0));

        let shown = scene.catalog.sequence(viewer(&ada), sequence).await.unwrap().unwrap().summary;
        assert_eq!(shown.nb_pictures, 3);
        let points = scene.catalog.summary_points(sequence).await.unwrap();
        let apart: Vec<_> = points.iter().map(|point| (point.id, point.apart)).collect();
        assert_eq!(apart, [(pictures[0], false), (pictures[1], false), (pictures[4], true)]);
        let files = scene.catalog.files(set, 0, 10).await.unwrap();
        let told: Vec<_> = files.iter().map(|file| (file.published, file.exclusion)).collect();
        assert_eq!(told[..3], [(true, None), (true, None), (true, Some(why))]);

        scene.pass(1);
        let before = scene.catalog.last_change().await.unwrap();
        assert!(remove(scene, owner.map(|account| account.id), id).await);
        sweep(scene, 2).await;
        assert_eq!(seen(scene, Viewer::Anonymous).await, all);
        assert_eq!(counted(Viewer::Anonymous).await, all.len() as i64);
        assert_eq!(changes_since(scene, before, ChangeKind::Published).await, (hidden, 0));
        assert_eq!(scene.catalog.sequence(viewer(&ada), sequence).await.unwrap().unwrap().summary.nb_pictures, 5);
    }
    assert_eq!(scene.catalog.coverage_drift().await.unwrap(), 0);
}

pub async fn what_was_accepted_before_is_hidden_when_published(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let waiting = scene.accept(set, at(scene, &ada, 10.5, 10.5)).await;
    let undispatched = scene.accept(set, at(scene, &ada, 10.6, 10.5)).await;
    scene.publish(undispatched).await;
    add(scene, area(scene, None, square(10.0, 10.0, 1.0))).await;
    assert_eq!(sweep(scene, 100).await, 1, "nothing is published");
    scene.dispatch(&scene.plan(set, vec![scene.part(SequenceId(scene.world.id()), &[undispatched, waiting])])).await;
    scene.publish(waiting).await;
    assert_eq!(seen(scene, Viewer::Anonymous).await, BTreeSet::new());
    assert_eq!(seen(scene, viewer(&ada)).await, BTreeSet::from([waiting, undispatched]));
    let to_its_owner = changes_since(scene, 0, ChangeKind::Published).await;
    assert_eq!(to_its_owner, (BTreeSet::from([waiting, undispatched]), 0));
    // Showing it to more people does not show it.
    let now = scene.now();
    assert!(scene.catalog.show_picture_to(waiting, Visibility::Anyone, scene.job(), now).await.unwrap());
    assert_eq!(seen(scene, Viewer::Anonymous).await, BTreeSet::new());
}

pub async fn a_sweep_goes_on_where_it_was(scene: &Scene) {
    let ada = scene.account("ada").await;
    // Most of them at one place, as when the camera stood still.
    let places = (0..12).map(|n| if n < 8 { (10.5, 10.5) } else { (10.5 + f64::from(n) * 0.01, 10.5) });
    let pictures = places.map(|(lon, lat)| at(scene, &ada, lon, lat)).collect();
    let pictures = scene.show(&ada, Visibility::Anyone, pictures).await.pictures;
    let hidden = async || {
        let mut hidden = 0;
        for id in &pictures {
            hidden += usize::from(exclusion(scene, *id).await.is_some());
        }
        hidden
    };
    add(scene, area(scene, None, square(10.0, 10.0, 1.0))).await;
    let lease = scene.lease(JobKind::Areas, Uuid::nil()).await;
    for done in 1..=2 {
        assert_eq!(step(scene, &lease, 3).await, Sweep::Going);
        assert_eq!(hidden().await, 3 * done, "in bounded steps");
    }
    // A change in the middle: it begins again with both.
    let second = add(scene, area(scene, None, square(50.0, 10.0, 1.0))).await;
    let elsewhere = scene.show(&ada, Visibility::Anyone, vec![at(scene, &ada, 70.5, 10.5)]).await.pictures[0];
    for _ in 0..4 {
        assert_eq!(step(scene, &lease, 3).await, Sweep::Going);
    }
    assert_eq!((step(scene, &lease, 3).await, hidden().await), (Sweep::Done, 12));
    let again = scene.lease(JobKind::Areas, Uuid::nil()).await;
    assert_eq!(step(scene, &again, 3).await, Sweep::Done, "asked for while it was done, it is done once more");
    assert!(scene.lease_any(JobKind::Areas).await.is_none());
    assert_eq!(exclusion(scene, elsewhere).await, None);
    assert!(remove(scene, None, second).await);
    assert_eq!(sweep(scene, 3).await, 1, "there is nothing where it was");
}

pub async fn a_sweep_that_lost_its_lease_ends_nothing(scene: &Scene) {
    let ada = scene.account("ada").await;
    scene.show(&ada, Visibility::Anyone, vec![at(scene, &ada, 10.5, 10.5)]).await;
    add(scene, area(scene, Some(&ada), square(10.0, 10.0, 1.0))).await;
    let lost = scene.lease(JobKind::Areas, ada.id.0).await;
    scene.pass(61);
    let held = scene.lease(JobKind::Areas, ada.id.0).await;
    assert_eq!(step(scene, &lost, 10).await, Sweep::Lost);
    assert_eq!(step(scene, &held, 10).await, Sweep::Done);
    assert_eq!(seen(scene, Viewer::Anonymous).await, BTreeSet::new());
    // A sweep without its job would be noticed.
    assert_eq!(scene.catalog.stalled(10).await.unwrap(), []);
    add(scene, area(scene, None, square(10.0, 10.0, 1.0))).await;
    let lease = scene.lease(JobKind::Areas, Uuid::nil()).await;
    assert!(scene.catalog.finish(&lease).await.unwrap());
    let stalled = scene.catalog.stalled(10).await.unwrap();
    assert_eq!(
        stalled.iter().map(|each| (each.kind, each.subject)).collect::<Vec<_>>(),
        [(JobKind::Areas, Uuid::nil())]
    );
}

/// How often a ring winds around a point, by the angles that its edges turn through.
fn winds(ring: &Ring, lon: f64, lat: f64) -> bool {
    let turn: f64 = ring
        .windows(2)
        .map(|edge| {
            let (ax, ay, bx, by) = (edge[0].0 - lon, edge[0].1 - lat, edge[1].0 - lon, edge[1].1 - lat);
            (ax * by - ay * bx).atan2(ax * bx + ay * by)
        })
        .sum();
    (turn / std::f64::consts::TAU).round().abs() >= 1.0
}

fn random_ring(random: &mut StdRng) -> Ring {
    let (lon, lat) = (random.random_range(-3.0..3.0), random.random_range(-3.0..3.0));
    let corners = random.random_range(3..9);
    let mut ring: Ring =
        (0..corners).map(|_| (lon + random.random_range(-1.5..1.5), lat + random.random_range(-1.5..1.5))).collect();
    ring.push(ring[0]);
    ring
}

/// What a plain model says of an area.
struct Plain {
    id: AreaId,
    owner: Option<AccountId>,
    allowed: bool,
    ring: Ring,
}

fn plainly(areas: &[Plain], account: AccountId, lon: f64, lat: f64) -> Option<Exclusion> {
    let within = |owner: Option<AccountId>, allowed: bool| {
        areas.iter().any(|area| area.owner == owner && area.allowed == allowed && winds(&area.ring, lon, lat))
    };
    let restricted = areas.iter().any(|area| area.allowed);
    if within(None, false) || restricted && !within(None, true) {
        Some(Exclusion::General)
    } else {
        within(Some(account), false).then_some(Exclusion::Own)
    }
}

fn random_area(scene: &Scene, random: &mut StdRng, owner: Option<&Account>, allowed: bool) -> (Plain, ExcludedArea) {
    let ring = random_ring(random);
    let area = ExcludedArea { allowed, ..area(scene, owner, ring.clone()) };
    (Plain { id: area.id, owner: area.owner, allowed, ring }, area)
}

pub async fn intake_agrees_with_a_plain_test(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let mut decided = [0; 3];
    for seed in 0..6 {
        let mut random = StdRng::seed_from_u64(seed);
        let (mut plain, mut areas) = (Vec::new(), Vec::new());
        for n in 0..random.random_range(1..6) {
            let (of_it, area) = random_area(scene, &mut random, None, seed % 3 == 0 && n % 2 == 0);
            plain.push(of_it);
            areas.push(area);
        }
        scene.catalog.replace_areas(&areas, scene.job(), scene.now()).await.unwrap();
        for owner in [&ada, &bob, &ada, &bob, &ada, &bob] {
            let (of_it, area) = random_area(scene, &mut random, Some(owner), false);
            plain.push(of_it);
            add(scene, area).await;
        }
        let sets = [(&ada, scene.set(&ada).await), (&bob, scene.set(&bob).await)];
        for n in 0..40 {
            let (account, set) = sets.choose(&mut random).unwrap();
            let (lon, lat) = (random.random_range(-5.0..5.0), random.random_range(-5.0..5.0));
            let expected = plainly(&plain, account.id, lon, lat);
            let told = scene.catalog.exclusion(account.id, lon, lat).await.unwrap();
            assert_eq!(told, expected, "seed {seed}: {lon}, {lat}");
            match (scene.send(*set, &format!("{n}.jpg"), at(scene, account, lon, lat)).await, expected) {
                (Receipt::Accepted(_), None) => decided[0] += 1,
                (Receipt::InExcludedArea(Exclusion::General), Some(Exclusion::General)) => decided[1] += 1,
                (Receipt::InExcludedArea(Exclusion::Own), Some(Exclusion::Own)) => decided[2] += 1,
                (receipt, expected) => panic!("seed {seed}: {lon}, {lat}: {receipt:?}, not {expected:?}"),
            }
        }
        for area in plain.iter().filter(|area| area.owner.is_some()) {
            assert!(remove(scene, area.owner, area.id).await);
        }
    }
    assert!(decided.iter().all(|times| *times > 5), "each was to be decided: {decided:?}");
}

/// Whatever comes and goes in whatever order: in the end, exactly what lies outside of all areas is shown.
pub async fn areas_come_and_go(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let mut hidden_at_some_time = 0;
    for seed in 0..4 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut plain: Vec<Plain> = Vec::new();
        let mut pictures: Vec<(PictureId, AccountId, f64, f64)> = Vec::new();
        scene.catalog.replace_areas(&[], scene.job(), scene.now()).await.unwrap();
        for at_step in 0..25 {
            scene.pass(1);
            let account = if random.random() { &ada } else { &bob };
            match random.random_range(0..8) {
                0..3 => {
                    let mut taken = Vec::new();
                    for _ in 0..3 {
                        let (lon, lat) = (random.random_range(-4.0..4.0), random.random_range(-4.0..4.0));
                        if plainly(&plain, account.id, lon, lat).is_none() {
                            taken.push(at(scene, account, lon, lat));
                        }
                    }
                    let places: Vec<_> = taken.iter().map(|each| (each.id, account.id, each.lon, each.lat)).collect();
                    if !places.is_empty() {
                        scene.show(account, Visibility::Anyone, taken).await;
                        pictures.extend(places);
                    }
                }
                3 | 4 => {
                    let owner = if random.random() { Some(account) } else { None };
                    let (of_it, area) = random_area(scene, &mut random, owner, false);
                    plain.push(of_it);
                    add(scene, area).await;
                }
                5 if !plain.is_empty() => {
                    let gone = plain.swap_remove(random.random_range(0..plain.len()));
                    assert!(remove(scene, gone.owner, gone.id).await);
                }
                6 => {
                    // Some of the work at the same time, some not.
                    if let Some(lease) = scene.lease_any(JobKind::Areas).await
                        && step(scene, &lease, 2).await == Sweep::Going
                    {
                        assert!(scene.catalog.release(&lease).await.unwrap());
                    }
                }
                7 if random.random_range(0..3) == 0 => {
                    let allowed = random.random();
                    let (one, other) = (
                        random_area(scene, &mut random, None, allowed),
                        random_area(scene, &mut random, None, allowed),
                    );
                    scene.catalog.replace_areas(&[one.1, other.1], scene.job(), scene.now()).await.unwrap();
                    plain.retain(|area| area.owner.is_some());
                    plain.extend([one.0, other.0]);
                }
                _ => {}
            }
            if at_step % 8 == 7 || at_step == 24 {
                sweep(scene, 4).await;
                let outside =
                    pictures.iter().filter(|(_, account, lon, lat)| plainly(&plain, *account, *lon, *lat).is_none());
                let expected: BTreeSet<PictureId> = outside.map(|(id, ..)| *id).collect();
                assert_eq!(seen(scene, Viewer::Anonymous).await, expected, "seed {seed}, step {at_step}");
                hidden_at_some_time += pictures.len() - expected.len();
            }
        }
        assert_eq!(scene.catalog.coverage_drift().await.unwrap(), 0);
        for (id, ..) in pictures {
            assert!(scene.catalog.delete_picture(id, scene.two_jobs(), scene.now()).await.unwrap());
        }
        for area in plain.into_iter().filter(|area| area.owner.is_some()) {
            assert!(remove(scene, area.owner, area.id).await);
        }
    }
    assert!(hidden_at_some_time > 20, "{hidden_at_some_time}");
}

/// Pictures are sent and published while areas are written: none slips through between the two.
pub async fn areas_and_pictures_at_once_miss_nothing(scene: &Scene) {
    let ada = scene.account("ada").await;
    let place = |n: usize| (10.0 + n as f64, 10.0);
    let picture = |n: usize| at(scene, &ada, place(n).0, place(n).1);
    let number = 12;
    // Half of them are ready to be dispatched, the others come meanwhile.
    let set = scene.set(&ada).await;
    let mut ready = Vec::new();
    for n in 0..number {
        ready.push(scene.accept(set, picture(n)).await);
        scene.publish(ready[n]).await;
    }
    let sequences: Vec<_> = (0..number).map(|_| SequenceId(scene.world.id())).collect();
    let parts = sequences.iter().zip(&ready).map(|(sequence, id)| scene.part(*sequence, &[*id])).collect();
    let plan = scene.plan(set, parts);
    let lease = scene.lease_dispatch(set).await;
    let late: Vec<_> = (0..number).map(|n| (scene.world.id(), picture(n), scene.three_jobs())).collect();
    let late_set = scene.set(&ada).await;
    let areas: Vec<_> = (0..number)
        .map(|n| (area(scene, (n % 2 == 0).then_some(&ada), square(place(n).0 - 0.1, 9.9, 0.2)), scene.job()))
        .collect();
    let catalog = &scene.catalog;
    let limits = AreaLimits::GENERAL;
    let write = async {
        for (area, job) in areas {
            assert_eq!(catalog.add_area(area, limits, job).await.unwrap(), AreaReceipt::Added);
        }
    };
    let dispatch = async { assert!(catalog.apply_dispatch(&lease, &plan, &|| scene.job()).await.unwrap()) };
    let send = async {
        let mut accepted = Vec::new();
        for (id, picture, jobs) in late {
            let of_it = picture.id;
            let file_name = format!("{id}.jpg");
            let file = ReceivedFile { upload_set: late_set, file_name, picture, notices: Vec::new(), place: None };
            if matches!(catalog.receive_file(file, jobs).await.unwrap(), Receipt::Accepted(_)) {
                accepted.push(of_it);
            }
        }
        accepted
    };
    let ((), (), accepted) = tokio::join!(write, dispatch, send);
    for id in &accepted {
        scene.publish(*id).await;
    }
    if !accepted.is_empty() {
        scene.dispatch(&scene.plan(late_set, vec![scene.part(SequenceId(scene.world.id()), &accepted)])).await;
    }
    sweep(scene, 5).await;
    assert_eq!(seen(scene, Viewer::Anonymous).await, BTreeSet::new());
    assert_eq!(seen(scene, viewer(&ada)).await.len(), number + accepted.len());
}
