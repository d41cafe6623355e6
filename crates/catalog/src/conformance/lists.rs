//! Lists of sequences: orders, pages both ways, and tombstones.

use flaneur_access::{Viewer, Visibility};

use super::scene::{Scene, viewer};
use crate::model::{
    Comparison, Filter, Picture, SequenceId, SequenceKey, SequenceOrder, SequenceProperty, SequenceQuery, Value,
};

const KEYS: [SequenceKey; 4] = [SequenceKey::Created, SequenceKey::Updated, SequenceKey::Captured, SequenceKey::Id];

/// All pages one after another; of each sequence, whether it is there.
async fn pages(scene: &Scene, query: &SequenceQuery) -> Vec<(SequenceId, bool)> {
    let (mut query, mut all) = (query.clone(), Vec::new());
    loop {
        let list = scene.catalog.sequences(&query).await.unwrap();
        let page = list.listed.iter().map(|listed| (listed.place.id, listed.sequence.is_some()));
        if query.backwards {
            all.splice(0..0, page);
        } else {
            all.extend(page);
        }
        query.after = list.next;
        if query.after.is_none() {
            return all;
        }
    }
}

pub async fn sequences_are_paged_in_every_order(scene: &Scene) {
    let ada = scene.account("ada").await;
    let start = scene.now();
    let mut made = Vec::new();
    for taken in [3i64, 1, 2, 1, 5] {
        scene.pass(10);
        let captured_at = start + jiff::SignedDuration::from_secs(taken);
        let picture = Picture { captured_at, ..scene.picture(&ada) };
        made.push(scene.show(&ada, Visibility::Anyone, vec![picture]).await.sequence);
    }
    // The second is touched last.
    scene.pass(10);
    scene.catalog.enqueue(scene.job(), crate::model::JobKind::Refresh, made[1].0, scene.now()).await.unwrap();
    scene.refresh().await;
    let mut by_id = made.clone();
    by_id.sort();
    let mut ties = [made[1], made[3]];
    ties.sort();
    for by in KEYS {
        let expected = match by {
            SequenceKey::Created => made.clone(),
            SequenceKey::Updated => vec![made[0], made[2], made[3], made[4], made[1]],
            SequenceKey::Captured => vec![ties[0], ties[1], made[2], made[0], made[4]],
            SequenceKey::Id => by_id.clone(),
        };
        for (descending, account) in [(false, None), (true, None), (false, Some(ada.id)), (true, Some(ada.id))] {
            let mut expected: Vec<_> = expected.iter().map(|id| (*id, true)).collect();
            if descending {
                expected.reverse();
            }
            for limit in [1, 2, 5, 6] {
                let order = SequenceOrder { by, descending };
                for with_gone in [false, true] {
                    let query =
                        SequenceQuery { account, with_gone, order, limit, ..scene.sequence_query(Viewer::Anonymous) };
                    assert_eq!(pages(scene, &query).await, expected, "{query:?}");
                    // From the last one back to the first.
                    let whole = SequenceQuery { limit: 10, ..query.clone() };
                    let last = scene.catalog.sequences(&whole).await.unwrap().listed.pop().unwrap();
                    let back = SequenceQuery { after: Some(last.place), backwards: true, ..query };
                    assert_eq!(pages(scene, &back).await, expected[..4], "{back:?}");
                }
            }
        }
    }
}

pub async fn what_is_gone_is_listed_for_harvesters(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let street = async |visibility| {
        scene.pass(1);
        scene.street(&ada, visibility, 2).await
    };
    let (stays, goes, empties) =
        (street(Visibility::Anyone).await, street(Visibility::Anyone).await, street(Visibility::Anyone).await);
    let secret = street(Visibility::OwnerOnly).await;
    let before = scene.now();
    scene.pass(1);
    assert!(scene.catalog.delete_sequence(goes.sequence, &|| scene.job(), scene.now()).await.unwrap());
    scene.pass(1);
    for id in &empties.pictures {
        assert!(scene.catalog.delete_picture(*id, scene.two_jobs(), scene.now()).await.unwrap());
    }
    let by_update = SequenceOrder { by: SequenceKey::Updated, descending: false };
    let query = SequenceQuery { with_gone: true, order: by_update, ..scene.sequence_query(Viewer::Anonymous) };
    let all = [(stays.sequence, true), (goes.sequence, false), (empties.sequence, false)];
    for refreshed in [false, true] {
        assert_eq!(pages(scene, &query).await, all, "{refreshed}");
        scene.refresh().await;
    }
    // What was never public is nobody's business, and for its owner it is there.
    let owner = SequenceQuery { viewer: viewer(&ada), ..query.clone() };
    assert!(pages(scene, &owner).await.contains(&(secret.sequence, true)));
    assert!(
        !pages(scene, &SequenceQuery { viewer: viewer(&bob), ..query.clone() })
            .await
            .iter()
            .any(|(id, _)| *id == secret.sequence)
    );
    // Without asking, nothing of it is listed.
    let plain = SequenceQuery { with_gone: false, ..query.clone() };
    assert_eq!(pages(scene, &plain).await, [(stays.sequence, true)]);

    // What changed since.
    let since = Filter::Compare(SequenceProperty::UpdatedAt, Comparison::Greater, Value::Time(before));
    let query = SequenceQuery { filter: Some(since.clone()), ..query };
    assert_eq!(pages(scene, &query).await, [(goes.sequence, false), (empties.sequence, false)]);
    // A tombstone does not tell what it was, and a harvester of a part hears of all that is gone.
    for part in [
        Filter::Compare(SequenceProperty::Title, Comparison::Equal, Value::Text("x".to_owned())),
        Filter::Not(Box::new(Filter::Compare(SequenceProperty::Title, Comparison::Equal, Value::Text("x".to_owned())))),
        Filter::Known(SequenceProperty::Tag("transport".to_owned())),
    ] {
        let filter = Some(Filter::All(vec![since.clone(), part]));
        let query = SequenceQuery { filter, ..query.clone() };
        assert_eq!(pages(scene, &query).await, [(goes.sequence, false), (empties.sequence, false)], "{query:?}");
    }
    let other = Filter::Compare(SequenceProperty::Id, Comparison::Equal, Value::Id(stays.sequence.0));
    let query = SequenceQuery { filter: Some(Filter::All(vec![since, other])), ..query };
    assert_eq!(pages(scene, &query).await, []);
}
