//! Excluded areas that become others.

use flaneur_access::Visibility;

use super::{
    areas::{add, area, at, exclusion, remove, shape, square, sweep},
    scene::Scene,
};
use crate::model::{AreaId, AreaLimits, AreaRevision, ExcludedArea, Exclusion, JobKind};

async fn change(scene: &Scene, area: &ExcludedArea) -> AreaRevision {
    let limits = AreaLimits { areas: 2, positions: 14 };
    scene.catalog.change_area(area.clone(), limits, scene.job(), scene.now()).await.unwrap()
}

pub async fn an_area_becomes_another(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    for owner in [None, Some(&ada)] {
        let first = area(scene, owner, square(0.0, 0.0, 1.0));
        add(scene, first.clone()).await;
        scene.pass(1);
        let second = area(scene, owner, square(5.0, 5.0, 1.0));
        add(scene, second.clone()).await;
        scene.pass(1);
        let all = async || scene.catalog.areas(owner.map(|account| account.id)).await.unwrap();
        let wanted = ExcludedArea {
            label: None,
            is_public: false,
            shape: shape(&[square(2.0, 2.0, 1.0)]),
            created_at: scene.now(),
            ..first.clone()
        };
        let became = ExcludedArea { created_at: first.created_at, ..wanted.clone() };
        assert_eq!(change(scene, &wanted).await, AreaRevision::Changed(Box::new(became.clone())));
        assert_eq!(all().await, [became.clone(), second.clone()], "in its place, and since when it was there");

        // Nobody else's, whatever they know of it.
        for stranger in [Some(&bob), owner.map_or(Some(&ada), |_| None)] {
            let theirs = ExcludedArea { owner: stranger.map(|account| account.id), ..wanted.clone() };
            assert_eq!(change(scene, &theirs).await, AreaRevision::Missing);
        }
        let unknown = ExcludedArea { id: AreaId(scene.world.id()), ..wanted.clone() };
        assert_eq!(change(scene, &unknown).await, AreaRevision::Missing);

        // As many positions as there may be: the five that it had are free.
        let detailed = |more: i32| {
            let mut ring = square(0.0, 0.0, 1.0);
            ring.splice(1..1, (1..=more).map(|at| (f64::from(at) / 10.0, 0.0)));
            ExcludedArea { shape: shape(&[ring]), ..wanted.clone() }
        };
        assert_eq!(change(scene, &detailed(5)).await, AreaRevision::TooDetailed);
        assert_eq!(all().await, [became.clone(), second.clone()]);
        assert!(matches!(change(scene, &detailed(4)).await, AreaRevision::Changed(_)));
    }
    // What is allowed stays so, and everybody knows of it.
    let allowed = ExcludedArea { allowed: true, ..area(scene, None, square(0.0, 0.0, 1.0)) };
    scene.catalog.replace_areas(std::slice::from_ref(&allowed), scene.job(), scene.now()).await.unwrap();
    let wanted = ExcludedArea { allowed: false, is_public: false, label: None, ..allowed.clone() };
    let became = ExcludedArea { label: None, ..allowed };
    assert_eq!(change(scene, &wanted).await, AreaRevision::Changed(Box::new(became.clone())));
    assert_eq!(scene.catalog.areas(None).await.unwrap(), [became]);
}

pub async fn a_changed_area_hides_and_shows(scene: &Scene) {
    let ada = scene.account("ada").await;
    let places = [(10.5, 10.5), (20.5, 10.5), (30.5, 10.5)];
    let pictures = places.map(|(lon, lat)| at(scene, &ada, lon, lat)).to_vec();
    let pictures = scene.show(&ada, Visibility::Anyone, pictures).await.pictures;
    for (owner, why) in [(None, Exclusion::General), (Some(&ada), Exclusion::Own)] {
        let hidden = async || {
            let mut hidden = Vec::new();
            for id in &pictures {
                hidden.push(exclusion(scene, *id).await == Some(why));
            }
            hidden
        };
        let first = area(scene, owner, square(10.0, 10.0, 1.0));
        add(scene, first.clone()).await;
        sweep(scene, 100).await;
        assert_eq!(hidden().await, [true, false, false]);
        let moved = ExcludedArea { shape: shape(&[square(20.0, 10.0, 1.0)]), ..first.clone() };
        assert!(matches!(change(scene, &moved).await, AreaRevision::Changed(_)));
        let decided = scene.catalog.exclusion(ada.id, 20.5, 10.5).await.unwrap();
        assert_eq!(decided, Some(why), "from the same moment on");
        assert_eq!(scene.catalog.exclusion(ada.id, 10.5, 10.5).await.unwrap(), None);
        sweep(scene, 1).await;
        assert_eq!(hidden().await, [false, true, false]);
        // Another name hides and shows nothing.
        let named = ExcludedArea { label: Some("another".to_owned()), ..moved.clone() };
        assert!(matches!(change(scene, &named).await, AreaRevision::Changed(_)));
        assert!(scene.lease_any(JobKind::Areas).await.is_none(), "there is nothing to look at");
        assert!(remove(scene, owner.map(|account| account.id), first.id).await);
        sweep(scene, 100).await;
        assert_eq!(hidden().await, [false; 3]);
    }
    // Of what is allowed, all the world is looked at: what is outside of it, too.
    let allowed = ExcludedArea { allowed: true, ..area(scene, None, square(10.0, 10.0, 1.0)) };
    scene.catalog.replace_areas(std::slice::from_ref(&allowed), scene.job(), scene.now()).await.unwrap();
    sweep(scene, 100).await;
    let wider = ExcludedArea { shape: shape(&[square(10.0, 10.0, 11.0)]), ..allowed };
    assert!(matches!(change(scene, &wider).await, AreaRevision::Changed(_)));
    sweep(scene, 100).await;
    for (id, expected) in pictures.iter().zip([None, None, Some(Exclusion::General)]) {
        assert_eq!(exclusion(scene, *id).await, expected);
    }
}
