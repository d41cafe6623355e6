//! Who sees what, by every way of reading.

use flaneur_access::{Action, Viewer, Visibility, decide};
use flaneur_coverage::quadkey::{Bbox, Tile};

use super::scene::{Scene, Street, ids, viewer};
use crate::model::{Area, Order, Picture, PictureId, SearchQuery, SequenceId};

async fn viewers(scene: &Scene, owner: &crate::model::Account) -> Vec<(&'static str, Viewer)> {
    let (other, admin) = (scene.account("other").await, scene.account("admin").await);
    vec![
        ("anonymous", Viewer::Anonymous),
        ("other", viewer(&other)),
        ("owner", viewer(owner)),
        ("admin", viewer(&admin)),
    ]
}

/// The ways of reading that show the picture (of its sequence) to the viewer, and those that do not.
pub(super) async fn ways(scene: &Scene, viewer: Viewer, street: &Street, id: PictureId) -> Vec<(&'static str, bool)> {
    let catalog = &scene.catalog;
    let everywhere = Tile { z: 0, x: 0, y: 0 }.keys();
    let sequence: SequenceId = street.sequence;
    let bbox = Bbox { west: 2.0, south: 48.0, east: 3.0, north: 49.0 };
    let query = scene.query(viewer);
    let searched = async |query: SearchQuery| scene.search(&query).await.contains(&id);
    let account = Some(street.account.id);
    let mut ways = vec![
        ("item", catalog.item(viewer, id).await.unwrap().is_some()),
        ("search", searched(query.clone()).await),
        ("search by id", searched(SearchQuery { ids: vec![id], ..query.clone() }).await),
        ("search by sequence", searched(SearchQuery { sequences: vec![sequence], ..query.clone() }).await),
        ("search by box", searched(SearchQuery { area: Some(Area::of(bbox)), ..query.clone() }).await),
        ("search by distance", searched(SearchQuery { order: Order::Nearest(2.35, 48.85), ..query }).await),
        ("items", ids(&catalog.sequence_items(viewer, sequence, 0, 10).await.unwrap()).contains(&id)),
    ];
    for account in [None, account] {
        let grid = catalog.grid(viewer, account, everywhere.clone(), 0).await.unwrap();
        let pictures = catalog.picture_marks(viewer, account, everywhere.clone(), None, 100).await.unwrap();
        ways.push(("grid", !grid.is_empty()));
        ways.push(("picture marks", pictures.iter().any(|mark| mark.id == id)));
    }
    ways
}

/// The same for the sequence.
pub(super) async fn ways_to_sequence(scene: &Scene, viewer: Viewer, street: &Street) -> Vec<(&'static str, bool)> {
    let (catalog, sequence) = (&scene.catalog, street.sequence);
    let listed = catalog.sequences(&scene.sequence_query(viewer)).await.unwrap().sequences();
    let everywhere = Tile { z: 0, x: 0, y: 0 }.keys();
    let mut ways = vec![
        ("sequence", catalog.sequence(viewer, sequence).await.unwrap().is_some()),
        ("sequences", listed.iter().any(|listed| listed.id == sequence)),
    ];
    for account in [None, Some(street.account.id)] {
        let marks = catalog.sequence_marks(viewer, account, everywhere.clone(), None, 100).await.unwrap();
        ways.push(("sequence marks", marks.iter().any(|mark| mark.id == sequence)));
    }
    ways
}

pub async fn every_read_agrees_with_the_rule(scene: &Scene) {
    let owner = scene.account("owner").await;
    let viewers = viewers(scene, &owner).await;
    for visibility in Visibility::ALL {
        let street = scene.street(&owner, visibility, 1).await;
        let id = street.pictures[0];
        let subject = scene.catalog.picture(id).await.unwrap().unwrap().subject(visibility);
        for (name, viewer) in &viewers {
            let allowed = decide(*viewer, Action::See, subject).is_ok();
            let mut seen = ways(scene, *viewer, &street, id).await;
            seen.extend(ways_to_sequence(scene, *viewer, &street).await);
            for (way, shown) in seen {
                assert_eq!(shown, allowed, "{name} and a picture for {visibility:?} by {way}");
            }
        }
        assert_eq!(scene.catalog.extent().await.unwrap().is_some(), visibility == Visibility::Anyone);
        assert!(scene.catalog.delete_sequence(street.sequence, &|| scene.job(), scene.now()).await.unwrap());
        for (name, viewer) in &viewers {
            let mut seen = ways(scene, *viewer, &street, id).await;
            seen.extend(ways_to_sequence(scene, *viewer, &street).await);
            assert!(seen.iter().all(|(_, shown)| !shown), "{name}: {seen:?}");
        }
    }
}

pub async fn the_stricter_of_picture_and_sequence_counts(scene: &Scene) {
    let owner = scene.account("owner").await;
    let viewers = viewers(scene, &owner).await;
    for of_picture in Visibility::ALL {
        for of_sequence in Visibility::ALL {
            let picture = Picture { visibility: of_picture, lon: 2.35, lat: 48.85, ..scene.picture(&owner) };
            let street = scene.show(&owner, of_sequence, vec![picture]).await;
            let id = street.pictures[0];
            let subject = scene.catalog.picture(id).await.unwrap().unwrap().subject(of_sequence);
            for (name, viewer) in &viewers {
                let allowed = decide(*viewer, Action::See, subject).is_ok();
                // A sequence of which one may see no picture is not shown either: its line would give them away.
                let mut seen = ways(scene, *viewer, &street, id).await;
                seen.extend(ways_to_sequence(scene, *viewer, &street).await);
                for (way, shown) in seen {
                    assert_eq!(shown, allowed, "{name}, picture {of_picture:?}, sequence {of_sequence:?}, by {way}");
                }
            }
            assert!(scene.catalog.delete_sequence(street.sequence, &|| scene.job(), scene.now()).await.unwrap());
        }
    }
}
