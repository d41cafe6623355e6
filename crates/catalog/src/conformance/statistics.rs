//! How much there is.

use flaneur_access::Visibility;

use super::scene::Scene;
use crate::model::{Lately, PictureStatus, Published, SequenceStatus, Statistics};

fn of<T: PartialEq>(counts: &[(T, i64)], what: &T) -> i64 {
    counts.iter().find(|(other, _)| other == what).map_or(0, |(_, count)| *count)
}

pub async fn everything_is_counted(scene: &Scene) {
    let statistics = async || scene.catalog.statistics(scene.now()).await.unwrap();
    assert_eq!(statistics().await, Statistics::default());
    let ada = scene.account("ada").await;
    scene.street(&ada, Visibility::Anyone, 3).await;
    scene.refresh().await;
    let first = scene.now();
    scene.pass(8 * 86_400);
    let bob = scene.account("bob").await;
    let hidden = scene.street(&bob, Visibility::OwnerOnly, 2).await;
    scene.refresh().await;
    let set = scene.set(&bob).await;
    scene.accept(set, scene.picture(&bob)).await;
    let last = scene.now();
    scene.pass(3600);
    assert!(scene.catalog.delete_picture(hidden.pictures[0], scene.two_jobs(), scene.now()).await.unwrap());

    let found = statistics().await;
    assert_eq!((found.accounts, found.new_accounts), (2, Lately { day: 1, week: 1, month: 2 }));
    assert_eq!(of(&found.pictures, &PictureStatus::Ready), 4);
    assert_eq!((of(&found.pictures, &PictureStatus::Waiting), of(&found.pictures, &PictureStatus::Deleted)), (1, 1));
    assert_eq!(found.new_pictures, Lately { day: 2, week: 2, month: 5 }, "one of them is deleted");
    assert_eq!(found.last_picture, Some(last));
    assert_eq!(found.sequences.iter().map(|(_, count)| count).sum::<i64>(), 2);
    assert_eq!((of(&found.visibilities, &Visibility::Anyone), of(&found.visibilities, &Visibility::OwnerOnly)), (1, 1));
    assert!(scene.catalog.delete_sequence(hidden.sequence, &|| scene.job(), scene.now()).await.unwrap());
    scene.catalog.erase_account(bob.id, scene.job(), scene.now()).await.unwrap();
    let found = statistics().await;
    assert_eq!((found.accounts, of(&found.sequences, &SequenceStatus::Deleted)), (1, 1));
    assert_eq!(of(&found.visibilities, &Visibility::OwnerOnly), 0);
    assert!(first < last);
}

pub async fn only_what_anybody_may_see_is_told(scene: &Scene) {
    let published = async |account| scene.catalog.published(account).await.unwrap();
    assert_eq!(published(None).await, Published::default());
    let ada = scene.account("ada").await;
    let bob = scene.account("bob").await;
    let street = scene.street(&ada, Visibility::Anyone, 3).await;
    scene.street(&bob, Visibility::Anyone, 2).await;
    let hidden = scene.street(&bob, Visibility::OwnerOnly, 4).await;
    scene.street(&bob, Visibility::LoggedOnly, 5).await;
    scene.refresh().await;

    let all = published(None).await;
    assert_eq!((all.pictures, all.sequences, all.contributors), (5, 2, 2));
    assert_eq!(all.panoramas, 0);
    let summed = |told: &Published| {
        let sum = |of: fn(&crate::model::PublishedMonth) -> i64| told.months.iter().map(of).sum::<i64>();
        (sum(|month| month.pictures), sum(|month| month.sequences))
    };
    assert_eq!(summed(&all), (5, 2));
    assert!(all.months.is_sorted_by(|a, b| a.month < b.month));
    assert!(all.months.iter().all(|month| month.month.len() == 7), "{:?}", all.months);
    let length: f64 = all.months.iter().map(|month| month.length_m).sum();
    assert!(all.length_m > 0.0 && (length - all.length_m).abs() < 1e-6);
    let own = published(Some(ada.id)).await;
    assert_eq!((own.pictures, own.sequences, own.contributors, summed(&own)), (3, 1, 1, (3, 1)));
    let others = published(Some(bob.id)).await;
    assert_eq!((others.pictures, others.sequences, summed(&others)), (2, 1, (2, 1)));

    // What is taken away is not told of any more, and neither is who has nothing else.
    assert!(scene.catalog.delete_sequence(street.sequence, &|| scene.job(), scene.now()).await.unwrap());
    assert!(scene.catalog.delete_sequence(hidden.sequence, &|| scene.job(), scene.now()).await.unwrap());
    let all = published(None).await;
    assert_eq!((all.pictures, all.sequences, all.contributors, summed(&all)), (2, 1, 1, (2, 1)));
    assert_eq!(published(Some(ada.id)).await, Published::default());
}
