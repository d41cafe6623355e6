//! Files of pictures that get others meanwhile.

use axum::response::Response;
use flaneur_catalog::model::{Item, PictureId};

use super::{find_item, no_item};
use crate::{Api, ApiResult, Identity};

/// How often a picture is looked up. Between two look-ups it has to get other files, which takes a job of a worker: more often
/// than this nobody meets.
const LOOKS: usize = 3;

/// Answers with files of a picture that the viewer may see.
///
/// An edit or a redaction gives a picture other files and takes the old ones away, at once. A request that has looked the picture
/// up by then finds nothing: `send`, which gets the picture with its files, answers none, and the picture is looked up again.
/// Files that are missing and still its own are lost, which the log is told.
pub(super) async fn with_files<F>(
    api: &Api,
    identity: &Identity,
    id: PictureId,
    send: impl Fn(Item) -> F,
) -> ApiResult<Response>
where
    F: Future<Output = ApiResult<Option<Response>>>,
{
    let mut missing = None;
    for _ in 0..LOOKS {
        let item = find_item(api, identity, id).await?;
        let objects = item.picture.objects.clone();
        if missing == objects {
            break;
        }
        if let Some(response) = send(item).await? {
            return Ok(response);
        }
        missing = objects;
    }
    tracing::warn!(picture = %id, "files of a picture are missing");
    Err(no_item())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use axum::{body::Body, response::IntoResponse as _};
    use flaneur_access::Viewer;

    use super::*;
    use crate::testing::{Fixture, fixture};

    /// Which masters are tried for an anonymous request, if `meanwhile` happens after each look-up and no file is found.
    async fn tried(fixture: &Fixture, id: PictureId, meanwhile: impl AsyncFn()) -> (Vec<String>, u16) {
        let (tried, nobody) = (std::sync::Mutex::new(Vec::new()), Identity::default());
        let answer = with_files(&fixture.api, &nobody, id, |item| {
            tried.lock().unwrap().push(item.picture.objects.unwrap().master);
            async {
                meanwhile().await;
                Ok(None)
            }
        });
        let status = answer.await.unwrap_err().status().as_u16();
        (tried.into_inner().unwrap(), status)
    }

    #[tokio::test]
    async fn a_picture_that_got_other_files_meanwhile_is_looked_up_again() {
        let fixture = fixture().await;
        let id = fixture.sequence().await.pictures[0];
        let (looks, nobody) = (AtomicUsize::new(0), Identity::default());
        let answer = with_files(&fixture.api, &nobody, id, async |item| {
            if looks.fetch_add(1, Relaxed) == 0 {
                fixture.republish(id).await;
            }
            let key = item.picture.objects.unwrap().master.parse().unwrap();
            let found = fixture.api.storage.public.stream(&key, None).await.ok();
            Ok(found.map(|object| Body::from_stream(object.bytes).into_response()))
        });
        assert_eq!(answer.await.unwrap().status(), 200);
        assert_eq!(looks.into_inner(), 2);
    }

    #[tokio::test]
    async fn it_ends() {
        let fixture = fixture().await;
        let ids = fixture.sequence().await.pictures;
        let (lost, status) = tried(&fixture, ids[0], async || ()).await;
        assert_eq!((lost.len(), status), (1, 404), "lost is lost");
        let (chased, status) = tried(&fixture, ids[0], async || fixture.republish(ids[0]).await).await;
        assert_eq!((chased.len(), status), (LOOKS, 404));
        assert!(chased.is_sorted_by(|one, other| one != other), "each time others");

        let deleted = async || {
            let jobs = [fixture.job(), fixture.job()];
            assert!(fixture.api.catalog.delete_picture(ids[1], jobs, fixture.api.world.now()).await.unwrap());
        };
        let (gone, status) = tried(&fixture, ids[1], deleted).await;
        assert_eq!((gone.len(), status), (1, 404));
        assert!(fixture.api.catalog.item(Viewer::Anonymous, ids[1]).await.unwrap().is_none());
    }
}
