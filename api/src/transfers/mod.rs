//! Brings sequences here from other instances of Panoramax, picture by picture, through the very function that takes what is sent.
//!
//! What comes is blurred like everything else, whatever the other instance did; pictures and sequence keep their identifiers. A
//! transfer is a job that any process may take up where another died: what is here is not fetched again.

mod source;

use std::{sync::Arc, time::Duration};

use flaneur_catalog::{
    CatalogError,
    model::{
        Account, ChosenPlace, Failure, JobKind, Lease, NewUploadSet, Transfer, TransferId, TransferProgress, UploadSet,
        UploadSetId,
    },
    signals::Topic,
};
use flaneur_remote::{Remote, RemoteError, Url};
use futures::StreamExt as _;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::{
    Api, ApiError,
    error::chain,
    lease::{HOLD, keep},
    quota, rights,
    routes::{
        collections::plain_set,
        upload_sets::{Arrival, Arrived, spot, store_file, turn},
    },
};

use source::{RemotePicture, RemoteSequence};

/// How long a process without one rests when there is no news.
const REST: Duration = Duration::from_secs(5);
/// Pages of a sequence that are read at most.
const MOST_PAGES: usize = 10_000;
/// What a contributor is told while the other instance, or something here, is away; what it was is in the log.
const AGAIN: &str = "The other instance does not answer; it is tried again";
/// And when it is given up.
const GIVEN_UP: &str =
    "The other instance did not answer for so long that it is not asked any more: begin it again later";

/// Why a transfer does not go on.
enum Trouble {
    /// It may go better later. Says why, for the operator.
    Passing(String),
    /// It will not. Says why, for the contributor.
    Lasting(String),
    /// Somebody else does it now, or it was stopped.
    Lost,
}

impl From<RemoteError> for Trouble {
    fn from(error: RemoteError) -> Self {
        if error.may_pass() { Self::Passing(chain(&error)) } else { Self::Lasting(error.to_string()) }
    }
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        Self::Passing(error.message().to_owned())
    }
}

impl From<CatalogError> for Trouble {
    fn from(error: CatalogError) -> Self {
        Self::Passing(chain(&error))
    }
}

/// Does transfers, one at a time, until told to stop; then the one in hand is left to another process.
pub async fn run_transfers(api: Api, stop: CancellationToken) {
    let mut news = api.catalog.listen(Topic::Jobs);
    loop {
        let went_on = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            went_on = next(&api, &stop) => went_on,
        };
        match went_on {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(error = chain(&error), "cannot look for transfers; it is tried again"),
        }
        tokio::select! {
            _ = news.wait(REST) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Does one. False if there is none.
pub(crate) async fn next(api: &Api, stop: &CancellationToken) -> Result<bool, CatalogError> {
    let Some(lease) = api.catalog.lease(&[JobKind::Transfer], api.world.id(), HOLD).await? else { return Ok(false) };
    let mut progress = TransferProgress::default();
    let outcome = tokio::select! {
        outcome = transfer(api, &lease, &mut progress) => Some(outcome),
        () = keep(api, &lease) => Some(Err(Trouble::Lost)),
        () = stop.cancelled() => None,
    };
    match outcome {
        None => {
            api.catalog.release(&lease).await?;
        }
        Some(Ok(())) => {
            api.catalog.end_transfer(&lease, true, &progress, api.world.now()).await?;
        }
        Some(Err(Trouble::Passing(reason))) if lease.attempt < lease.kind.max_attempts() => {
            tracing::warn!(transfer = %lease.subject, attempt = lease.attempt, reason, "a transfer is tried again");
            progress.message = Some(AGAIN.to_owned());
            api.catalog.note_transfer(&lease, &progress, api.world.now()).await?;
            api.catalog.fail(&lease, Failure::Retry { after: lease.back_off(), reason }).await?;
        }
        Some(Err(Trouble::Passing(reason))) => give_up(api, &lease, progress, &reason, GIVEN_UP).await?,
        Some(Err(Trouble::Lasting(reason))) => give_up(api, &lease, progress, &reason, &reason).await?,
        Some(Err(Trouble::Lost)) => {}
    }
    Ok(true)
}

/// Ends a transfer that failed: the log says why, and the contributor is told.
async fn give_up(
    api: &Api,
    lease: &Lease,
    progress: TransferProgress,
    reason: &str,
    told: &str,
) -> Result<(), CatalogError> {
    tracing::info!(transfer = %lease.subject, reason, "a transfer failed");
    let progress = TransferProgress { message: Some(told.to_owned()), ..progress };
    api.catalog.end_transfer(lease, false, &progress, api.world.now()).await?;
    Ok(())
}

async fn transfer(api: &Api, lease: &Lease, progress: &mut TransferProgress) -> Result<(), Trouble> {
    let gone = |what: &str| Trouble::Lasting(format!("the {what} is gone"));
    let transfer = api.catalog.transfer(TransferId(lease.subject)).await?.ok_or_else(|| gone("transfer"))?;
    let account = api.catalog.account(transfer.options.account).await?.ok_or_else(|| gone("account"))?;
    let remote = &*api.remote;
    let location: Url =
        transfer.options.location.parse().map_err(|_| Trouble::Lasting("its address makes no sense".to_owned()))?;
    let sequence = RemoteSequence::read(&remote.json(&location).await?, &location).map_err(Trouble::Lasting)?;
    progress.wanted = sequence.pictures;
    let mut courier = Courier { api, lease, transfer: &transfer, account: &account, remote, set: None };
    courier.note(progress).await?;
    let mut page = Some(sequence.items.clone());
    let mut position = 0;
    for _ in 0..MOST_PAGES {
        let Some(address) = page else { return Ok(()) };
        let document = remote.json(&address).await?;
        for picture in source::pictures(&document) {
            position += 1;
            if position > api.settings.max_files_per_set {
                let most = api.settings.max_files_per_set;
                return Err(Trouble::Lasting(format!(
                    "it has more than the {most} pictures that are taken at once here"
                )));
            }
            let outcome = match RemotePicture::read(picture, &address) {
                Ok(picture) => courier.bring(&sequence, &picture, position).await?,
                Err(why) => Err(why),
            };
            match outcome {
                Ok(()) => progress.taken += 1,
                Err(why) => {
                    progress.left_out += 1;
                    progress.message = Some(format!("{} left out, the last because: {why}", progress.left_out));
                }
            }
            courier.note(progress).await?;
        }
        page = source::next(&document, &address).filter(|next| *next != address);
    }
    Err(Trouble::Lasting("the other instance lists the sequence without an end".to_owned()))
}

/// Brings pictures of one sequence.
struct Courier<'a> {
    api: &'a Api,
    lease: &'a Lease,
    transfer: &'a Transfer,
    account: &'a Account,
    remote: &'a Remote,
    /// Where they go, once the first has come.
    set: Option<UploadSet>,
}

impl Courier<'_> {
    async fn note(&self, progress: &TransferProgress) -> Result<(), Trouble> {
        let noted = self.api.catalog.note_transfer(self.lease, progress, self.api.world.now()).await?;
        if noted { Ok(()) } else { Err(Trouble::Lost) }
    }

    /// The set that pictures go to; begun with its sequence if it is not there.
    async fn set(&mut self, sequence: &RemoteSequence) -> Result<UploadSet, Trouble> {
        if let Some(set) = &self.set {
            return Ok(set.clone());
        }
        let (catalog, id) = (&self.api.catalog, self.transfer.options.sequence);
        let set = if let Some(set) = catalog.transferred_into(id).await? {
            // Begun by an earlier attempt.
            catalog.upload_set(set).await?
        } else {
            let usual = catalog.choices(self.account.id).await?.default_visibility.unwrap_or_default();
            let set = NewUploadSet {
                id: UploadSetId(self.transfer.options.id.0),
                metadata: json!({ "transferred_from": self.transfer.options.location }),
                semantics: sequence.tags(&self.transfer.options.location),
                ..plain_set(self.api, self.account, sequence.title.clone(), usual)
            };
            Some(catalog.begin_sequence(set, id).await?)
        };
        let set = set.filter(|set| set.options.account == self.account.id);
        let set = set.ok_or_else(|| Trouble::Lasting("the sequence was deleted here meanwhile".to_owned()))?;
        self.set = Some(set.clone());
        Ok(set)
    }

    /// Brings a picture, unless it is here. The inner error is why it is left out.
    async fn bring(
        &mut self,
        sequence: &RemoteSequence,
        picture: &RemotePicture,
        position: i64,
    ) -> Result<Result<(), String>, Trouble> {
        let api = self.api;
        let Some(id) = picture.license.as_ref().or(sequence.license.as_ref()) else {
            return Ok(Err("it has no licence".to_owned()));
        };
        let Ok(license) = rights::license(&api.settings, id) else {
            return Ok(Err(format!("its licence {id} is not one that is taken here")));
        };
        let set = self.set(sequence).await?;
        if let Some(here) = api.catalog.picture(picture.id).await? {
            let ours = here.upload_set == set.options.id;
            return Ok(if ours { Ok(()) } else { Err("there is another picture of its identifier here".to_owned()) });
        }
        match self.fetch(&set, picture, position, license).await {
            Err(Trouble::Lasting(why)) => Ok(Err(why)),
            outcome => outcome,
        }
    }

    async fn fetch(
        &self,
        set: &UploadSet,
        picture: &RemotePicture,
        position: i64,
        license: String,
    ) -> Result<Result<(), String>, Trouble> {
        let api = self.api;
        // Before anything lies here.
        let form = picture.form(position).map_err(|error| Trouble::Lasting(error.message().to_owned()))?;
        match quota::admit(api, self.account, 0).await {
            Ok(()) => {}
            Err(error) if error.status().is_client_error() => return Ok(Err(sentence(&error))),
            Err(error) => return Err(error.into()),
        }
        let _turn = turn(api).await?;
        let at = spot(api, picture.id).await?;
        let broken: Arc<std::sync::Mutex<Option<Trouble>>> = Arc::default();
        let noted = broken.clone();
        let chunks = self.remote.file(&picture.file).await?.map(move |chunk| {
            chunk.map_err(|error| {
                let text = error.to_string();
                *noted.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(error.into());
                ApiError::bad_request(text)
            })
        });
        let mut chunks = std::pin::pin!(chunks);
        let file = match store_file(api, picture.name.clone(), at, &mut chunks).await {
            Ok(file) => file,
            Err(error) => {
                let broken = broken.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
                return Err(broken.unwrap_or_else(|| error.into()));
            }
        };
        let size = file.received.size;
        let place = ChosenPlace { sequence: self.transfer.options.sequence, position: form.position };
        let judged = Arrived {
            rights: picture.rights(license, &self.account.name),
            semantics: picture.semantics.clone(),
            ..Arrived::sent(api, set, self.account, picture.id, at, Some(place))
        }
        .judge(Arrival { form, file })
        .await;
        match judged {
            Ok(_) => {
                quota::add(api, self.account.id, i64::try_from(size).unwrap_or(i64::MAX));
                Ok(Ok(()))
            }
            Err(error) if error.status().is_client_error() => Ok(Err(sentence(&error))),
            Err(error) => Err(error.into()),
        }
    }
}

/// What a refusal says, with its reason.
fn sentence(error: &ApiError) -> String {
    let reason = error.detail().and_then(|details| details["error"].as_str());
    match reason {
        Some(reason) => format!("{}: {reason}", error.message()),
        None => error.message().to_owned(),
    }
}

#[cfg(test)]
mod tests;
