//! Withdraws again what was withdrawn since the backup, and gives up what cannot be restored.

use std::collections::BTreeSet;

use flaneur_access::Visibility;
use flaneur_catalog::model::{JobId, PictureFiles, PictureId, PictureStatus, Rejection, Severity};
use flaneur_storage::{OriginalKey, PublicKey};

use super::Target;
use crate::{
    Result,
    withdrawals::{What, Withdrawal},
};

/// Pictures looked at in one go.
const PAGE: i64 = 500;

/// What was given up.
#[derive(Default)]
pub struct Replayed {
    pub lost: u64,
    pub to_send_again: u64,
}

/// A picture's fate.
pub fn rejection(reason: &str, message: &str) -> Rejection {
    Rejection { reason: reason.to_owned(), severity: Severity::Error, message: message.to_owned(), details: None }
}

/// Does what the notes say, in their order, and gives up what is lost. Doing it again changes nothing.
pub async fn replay(
    target: &Target<'_>,
    withdrawals: &[Withdrawal],
    lost: &BTreeSet<PictureId>,
    unwanted: &BTreeSet<PictureId>,
) -> Result<Replayed> {
    let mut replayed = Replayed::default();
    let stage = target.watch.stage("withdrawing what was withdrawn", Some(withdrawals.len() as u64));
    for withdrawal in withdrawals {
        if withdraw(target, withdrawal).await? {
            replayed.lost += 1;
        }
        stage.did(1)?;
    }
    let gone = rejection("lost_file", "the picture's files are not in the backup: delete it and send the file again");
    for picture in lost.difference(unwanted) {
        replayed.lost += u64::from(lose(target, *picture, gone.clone()).await?);
    }
    replayed.to_send_again = send_again(target).await?;
    Ok(replayed)
}

fn job(target: &Target<'_>) -> JobId {
    JobId(target.world.id())
}

/// Withdraws a picture, a sequence or an account; answers whether a picture was given up by it.
async fn withdraw(target: &Target<'_>, withdrawal: &Withdrawal) -> Result<bool> {
    let (catalog, now) = (target.catalog, target.world.now());
    match (withdrawal.what, withdrawal.picture, withdrawal.sequence) {
        (What::Deleted, Some(picture), _) => {
            catalog.delete_picture(picture, [job(target), job(target)], now).await?;
        }
        (What::Deleted, None, Some(sequence)) => {
            catalog.delete_sequence(sequence, &|| job(target), now).await?;
        }
        (What::Deleted, None, None) => {
            // What there is of its pictures, the notes of each say; the job finds what was never public.
            if let Some(account) = withdrawal.account {
                catalog.erase_account(account, job(target), now).await?;
            }
        }
        (What::Hidden, Some(picture), _) => {
            catalog.show_picture_to(picture, Visibility::OwnerOnly, job(target), now).await?;
        }
        (What::Hidden, None, Some(sequence)) => {
            catalog.show_sequence_to(sequence, Visibility::OwnerOnly, job(target), now).await?;
        }
        // What the backup has of it shows what must not be shown.
        (What::Redacted, Some(picture), _) => {
            let message = "the picture was redacted again after the backup, which has it as it was before: delete it and \
                           send the file again";
            return lose(target, picture, rejection("redacted_since", message)).await;
        }
        (What::Redacted, None, _) | (What::Hidden, None, None) => {}
    }
    Ok(false)
}

/// Gives a picture up, and removes what there is of it. False if that was done before.
async fn lose(target: &Target<'_>, picture: PictureId, why: Rejection) -> Result<bool> {
    let before = target.catalog.picture_files(&[picture]).await?.pop();
    let given_up = |files: &PictureFiles| files.status == PictureStatus::Broken && files.objects.is_none();
    if before.as_ref().is_none_or(given_up) {
        return Ok(false);
    }
    let lost = target.catalog.lose_picture(picture, why, [job(target), job(target)], target.world.now()).await?;
    let Some(files) = lost else { return Ok(false) };
    let keys: Vec<PublicKey> = files.objects.iter().flat_map(|objects| objects.keys()).flat_map(str::parse).collect();
    target.stores.objects.discard(&keys).await?;
    Ok(true)
}

/// Gives up waiting pictures whose originals were not restored; answers how many.
async fn send_again(target: &Target<'_>) -> Result<u64> {
    let message = "the file was waiting to be processed when the backup was made, which does not have it: delete this \
                   picture and send the file again";
    let why = rejection("lost_file", message);
    let (mut after, mut number) = (None, 0);
    loop {
        let page = target.catalog.pictures_with_files(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(number) };
        after = Some(last.id);
        for files in page.iter().filter(|files| files.status == PictureStatus::Waiting) {
            target.watch.go_on()?;
            if target.stores.originals.size(OriginalKey(files.id.0)).await?.is_none() {
                number += u64::from(lose(target, files.id, why.clone()).await?);
            }
        }
    }
}
