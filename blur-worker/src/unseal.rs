//! Undoing false alarms: where the key is, what a redaction removed is decrypted and put back, except where another
//! redaction covers it, and the picture is published as the `redact` job does. Whoever does it claims the picture's
//! `redact` job, so that no worker is at the picture meanwhile.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use flaneur_catalog::{
    Catalog, CatalogError,
    model::{
        JobId, JobKind, Lease, Objects, Patch, Picture, PictureId, PictureStatus, Projection, Redaction, RedactionId,
        RedactionState, Republication, UndoState,
    },
    world::World,
};
use flaneur_seal::{Identities, SealError};
use flaneur_storage::{PatchKey, PublicKey, Storage, StorageError};
use jiff::SignedDuration;

use crate::{
    objects,
    surgery::{Made, Region, Surgery, SurgeryError, regions},
};

/// How long the claim holds without a heartbeat; there are four in this time.
const HOLD: Duration = Duration::from_mins(1);

/// Why a picture's redactions were not undone. The texts are for whoever holds the key.
#[derive(Debug, thiserror::Error)]
pub enum UnsealError {
    /// There is no such picture any more, or it is not shown.
    #[error("the picture is gone, or not shown any more: there is nothing to put anything back into")]
    Gone,
    /// A worker, or somebody else with the key, is at the picture.
    #[error("a worker is at this picture, or was until it was taken from us: run it again in a moment")]
    Busy,
    /// What is to be undone was not kept.
    #[error("there is no sealed patch of the redaction {0}: what was removed is gone for good")]
    NoPatch(RedactionId),
    /// The patch is listed, but its object is not there or damaged.
    #[error("the sealed patch {key} is lost or damaged: bring it back from a backup, or reject the request")]
    Lost {
        /// Its key in the private storage.
        key: String,
        /// Why it cannot be read.
        #[source]
        source: StorageError,
    },
    /// It was sealed to another key.
    #[error(
        "the sealed patch {key} does not open with this identity: use the one whose recipient --seal-to named then"
    )]
    Key {
        /// Its key in the private storage.
        key: String,
        /// What is wrong.
        #[source]
        source: SealError,
    },
    /// The master cannot be changed.
    #[error(transparent)]
    Surgery(#[from] SurgeryError),
    /// The work panicked: a defect of ours.
    #[error("the work panicked")]
    Panic,
    /// A row of the catalog makes no sense.
    #[error("unreadable {0} in the catalog")]
    Unreadable(&'static str),
    /// The database.
    #[error("the catalog failed")]
    Catalog(#[from] CatalogError),
    /// The object store.
    #[error("the storage failed")]
    Storage(#[from] StorageError),
}

/// Undoes redactions.
#[derive(Clone)]
pub struct Unsealer {
    /// The database.
    pub catalog: Arc<dyn Catalog>,
    /// Public objects and sealed patches.
    pub storage: Arc<Storage>,
    /// Puts back what was removed.
    pub surgery: Arc<dyn Surgery>,
    /// The private keys.
    pub identities: Identities,
    /// Time and randomness.
    pub world: World,
}

/// What is known of a picture that has redactions to undo.
struct Case {
    picture: Picture,
    objects: Objects,
    /// Asked to be undone.
    wanted: BTreeSet<RedactionId>,
    /// Undone before, or now.
    undone: Vec<Redaction>,
    /// What stays redacted.
    keep: Vec<Region>,
    /// Patches with anything of what is undone, the latest first.
    patches: Vec<Patch>,
}

impl Unsealer {
    /// Undoes whatever is asked to be undone of a picture. Answers which redactions. With `dry_run` everything is done but
    /// the publication.
    pub async fn unseal(&self, picture: PictureId, dry_run: bool) -> Result<Vec<RedactionId>, UnsealError> {
        if dry_run {
            let (case, _) = self.restored(picture).await?;
            return Ok(case.wanted.into_iter().collect());
        }
        let hold = SignedDuration::try_from(HOLD).unwrap_or(SignedDuration::MAX);
        let claim = self.catalog.claim(JobId(self.world.id()), JobKind::Redact, picture.0, self.world.id(), hold);
        let lease = claim.await?.ok_or(UnsealError::Busy)?;
        let outcome = tokio::select! {
            outcome = self.publish(&lease, picture) => outcome,
            () = self.keep(&lease, hold) => Err(UnsealError::Busy),
        };
        if outcome.is_err() {
            // The claim is given up; what was asked of the workers before is theirs again.
            self.catalog.finish(&lease).await?;
        }
        outcome
    }

    async fn publish(&self, lease: &Lease, id: PictureId) -> Result<Vec<RedactionId>, UnsealError> {
        let (case, made) = self.restored(id).await?;
        let undone: Vec<RedactionId> = case.wanted.into_iter().collect();
        if undone.is_empty() {
            self.catalog.finish(lease).await?;
            return Ok(undone);
        }
        let (new, keys) = objects::store(&self.storage, id, made).await?;
        let republication = Republication {
            picture: id,
            from: case.objects.master,
            objects: new,
            done: Vec::new(),
            undone: undone.clone(),
            patch: None,
            revision: case.picture.revisions.served,
            at: self.world.now(),
        };
        let jobs = [JobId(self.world.id()), JobId(self.world.id())];
        if self.catalog.republish_picture(lease, republication, jobs).await? {
            return Ok(undone);
        }
        if self.catalog.picture(id).await?.is_none() {
            self.storage.discard(&keys).await?;
            return Err(UnsealError::Gone);
        }
        Err(UnsealError::Busy)
    }

    /// Prolongs the claim for as long as it is ours; returns when it is lost.
    async fn keep(&self, lease: &Lease, hold: SignedDuration) {
        loop {
            tokio::time::sleep(HOLD / 4).await;
            match self.catalog.heartbeat(lease, hold).await {
                Ok(true) => {}
                Ok(false) => return,
                // The database may be back before the claim runs out.
                Err(error) => tracing::warn!(%error, "no heartbeat"),
            }
        }
    }

    /// Everything that is to be stored of a picture with what is asked to be undone put back.
    async fn restored(&self, id: PictureId) -> Result<(Case, Made), UnsealError> {
        let case = self.case(id).await?;
        let key: PublicKey = case.objects.master.parse().map_err(|_| UnsealError::Unreadable("object"))?;
        let mut master = self.storage.public.read(&key, None).await?.to_vec();
        let panorama = case.picture.projection == Projection::Equirectangular;
        // What a later redaction removed was there after the earlier ones: so the later patch goes first, and the earlier
        // ones put back what it holds of their own regions as redacted.
        for patch in &case.patches {
            let removed = self.open(patch).await?;
            let of_patch = case.undone.iter().filter(|redaction| patch.covers.contains(&redaction.id));
            let undo: Vec<Region> = of_patch.flat_map(regions).collect();
            let (surgery, keep) = (self.surgery.clone(), case.keep.clone());
            let work = tokio::task::spawn_blocking(move || surgery.restore(&master, &removed, &undo, &keep, panorama));
            master = work.await.map_err(|_| UnsealError::Panic)??;
        }
        let surgery = self.surgery.clone();
        let work = tokio::task::spawn_blocking(move || surgery.redact(&master, &[], panorama, None));
        let made = work.await.map_err(|_| UnsealError::Panic)??;
        Ok((case, made))
    }

    async fn case(&self, id: PictureId) -> Result<Case, UnsealError> {
        let picture = self.catalog.picture(id).await?.filter(|picture| picture.status == PictureStatus::Ready);
        let picture = picture.ok_or(UnsealError::Gone)?;
        let objects = picture.objects.clone().ok_or(UnsealError::Gone)?;
        let mut all = self.catalog.redactions(id).await?;
        for detection in self.catalog.detections(id).await? {
            let redaction = Redaction::of_detection(id, &detection, picture.created_at);
            if all.iter().all(|each| each.id != redaction.id) {
                all.push(redaction);
            }
        }
        let asked = |redaction: &Redaction| {
            redaction.state == RedactionState::Done
                && redaction.undo.as_ref().is_some_and(|undo| undo.state == UndoState::Asked)
        };
        let wanted: BTreeSet<RedactionId> = all.iter().filter(|each| asked(each)).map(|each| each.id).collect();
        // What is asked to be redacted and is not yet is not to be shown for a moment either.
        let stays = |each: &Redaction| {
            matches!(each.state, RedactionState::Done | RedactionState::Asked) && !wanted.contains(&each.id)
        };
        let keep = all.iter().filter(|each| stays(each)).flat_map(regions).collect();
        let undone: Vec<Redaction> =
            all.into_iter().filter(|each| each.state == RedactionState::Undone || wanted.contains(&each.id)).collect();
        let mut patches = self.catalog.patches(&[id]).await?;
        if let Some(without) = wanted.iter().find(|id| !patches.iter().any(|patch| patch.covers.contains(id))) {
            return Err(UnsealError::NoPatch(*without));
        }
        patches.retain(|patch| undone.iter().any(|redaction| patch.covers.contains(&redaction.id)));
        patches.reverse();
        Ok(Case { picture, objects, wanted, undone, keep, patches })
    }

    /// What a patch holds.
    async fn open(&self, patch: &Patch) -> Result<Vec<u8>, UnsealError> {
        let key: PatchKey = patch.key.parse().map_err(|_| UnsealError::Unreadable("patch"))?;
        let sealed = match self.storage.private.read_patch(&key).await {
            Ok(sealed) => sealed,
            Err(source @ (StorageError::Missing(_) | StorageError::Altered(_))) => {
                return Err(UnsealError::Lost { key: patch.key.clone(), source });
            }
            Err(error) => return Err(error.into()),
        };
        self.identities.decrypt(&sealed).map_err(|source| UnsealError::Key { key: patch.key.clone(), source })
    }
}
