//! A picture that comes while an area is written, held between what it decides by areas and its end.

use async_trait::async_trait;

use super::{
    Subject,
    areas::{area, at, exclusion, square, sweep},
    scene::Scene,
};
use crate::model::{AreaLimits, AreaReceipt, Exclusion, Receipt, ReceivedFile, SequenceId};

/// How long one who looks for others that wait waits himself.
const POLL: std::time::Duration = std::time::Duration::from_millis(5);

/// Whoever can have a file's coming wait between the decision by areas and its end.
#[async_trait]
pub trait Gate: Send {
    /// From now on, who comes waits.
    async fn close(&mut self);
    /// How many wait for something in this database.
    async fn waiting(&mut self) -> i64;
    /// They go on.
    async fn open(&mut self);
}

/// An area that is written while a picture comes, which did not know of it, waits until that is there, and finds it.
pub async fn an_area_waits_for_a_picture_that_comes(subject: Subject, gate: &mut dyn Gate) {
    let scene = Scene::new(subject);
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let picture = at(&scene, &ada, 10.0, 10.0);
    let id = picture.id;
    let file =
        ReceivedFile { upload_set: set, file_name: "a.jpg".to_owned(), picture, notices: Vec::new(), place: None };
    let new = area(&scene, None, square(9.9, 9.9, 0.2));
    gate.close().await;
    let (catalog, jobs) = (scene.catalog.clone(), scene.three_jobs());
    let coming = tokio::spawn(async move { catalog.receive_file(file, jobs).await });
    while gate.waiting().await < 1 {
        assert!(!coming.is_finished(), "the gate is open");
        tokio::time::sleep(POLL).await;
    }
    let (catalog, job) = (scene.catalog.clone(), scene.job());
    let written = tokio::spawn(async move { catalog.add_area(new, AreaLimits::GENERAL, job).await });
    while gate.waiting().await < 2 {
        assert!(!written.is_finished(), "an area was written that the picture will miss");
        tokio::time::sleep(POLL).await;
    }
    gate.open().await;
    assert!(matches!(coming.await.unwrap().unwrap(), Receipt::Accepted(_)));
    assert_eq!(written.await.unwrap().unwrap(), AreaReceipt::Added);
    scene.publish(id).await;
    scene.dispatch(&scene.plan(set, vec![scene.part(SequenceId(scene.world.id()), &[id])])).await;
    sweep(&scene, 10).await;
    assert_eq!(exclusion(&scene, id).await, Some(Exclusion::General));
}
