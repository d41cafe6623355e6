//! How much accounts have, and may have.

use flaneur_access::Visibility;

use super::{scene::Scene, uploads};
use crate::model::{Account, AccountId, Quota, Usage};

async fn usage(scene: &Scene, account: &Account) -> (i64, i64) {
    let Usage { pictures, bytes } = scene.catalog.usage(account.id).await.unwrap();
    (pictures, bytes)
}

/// Pictures in sequences and on their way, of all sets of one account; not what is deleted or refused, nor what others have.
pub async fn what_an_account_has_is_counted(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    assert_eq!(usage(scene, &ada).await, (0, 0));
    let street = scene.street(&ada, Visibility::OwnerOnly, 3).await;
    scene.street(&bob, Visibility::Anyone, 2).await;
    let size = scene.catalog.picture(street.pictures[0]).await.unwrap().unwrap().size;
    assert!(size > 0);
    let set = scene.set(&ada).await;
    scene.accept(set, scene.picture(&ada)).await;
    assert!(scene.catalog.refuse_file(scene.refused(set, "no.jpg"), scene.job()).await.unwrap());
    assert_eq!(usage(scene, &ada).await, (4, 4 * size), "waiting ones, too");
    let upload = uploads::begin(scene, &ada, set, 1000).await;
    assert_eq!(usage(scene, &ada).await, (5, 4 * size + 1000), "there has to be room for what is on its way");
    assert!(scene.catalog.drop_upload(upload).await.unwrap().is_some());
    assert!(scene.catalog.delete_picture(street.pictures[1], scene.two_jobs(), scene.now()).await.unwrap());
    assert_eq!(usage(scene, &ada).await, (3, 3 * size));
    assert!(scene.catalog.delete_upload_set(street.set, &|| scene.job(), scene.now()).await.unwrap());
    assert_eq!(usage(scene, &ada).await, (1, size));
}

pub async fn an_account_has_the_quota_that_was_said(scene: &Scene) {
    let ada = scene.account("ada").await;
    assert_eq!(scene.catalog.quota(ada.id).await.unwrap(), Quota::default());
    for quota in [Quota { pictures: Some(7), bytes: Some(0) }, Quota { pictures: None, bytes: Some(i64::MAX) }] {
        assert!(scene.catalog.set_quota(ada.id, quota).await.unwrap());
        assert_eq!(scene.catalog.quota(ada.id).await.unwrap(), quota);
    }
    let nobody = AccountId(scene.world.id());
    assert!(!scene.catalog.set_quota(nobody, Quota::default()).await.unwrap());
    assert_eq!(scene.catalog.quota(nobody).await.unwrap(), Quota::default());
    scene.catalog.erase_account(ada.id, scene.job(), scene.now()).await.unwrap();
    assert!(!scene.catalog.set_quota(ada.id, Quota::default()).await.unwrap(), "it is erased");
}
