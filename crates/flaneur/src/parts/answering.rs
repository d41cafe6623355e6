//! The API as the roles that have it answer it.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use flaneur_api::{Api, Cutter, DatasetSettings, Gate, License};
use flaneur_catalog::{Catalog, world::World};
use flaneur_login::Provider;
use flaneur_storage::Storage;
use jiff::SignedDuration;
use tokio::sync::Semaphore;

use super::{accounts, front::public_url};
use crate::options::{Cdn, Front, Instance, Logins, Memory, Review, UploadLimit, WorkLimit};

/// What the API's handlers work with.
pub async fn api(
    catalog: Arc<dyn Catalog>,
    storage: Arc<Storage>,
    world: World,
    settings: flaneur_api::Settings,
    logins: Vec<Provider>,
) -> Result<Api> {
    let tokens = accounts::token_key(catalog.as_ref(), &world).await?;
    let remote = flaneur_remote::Remote::new(&settings.transfer_hosts).context("cannot ask other instances")?;
    let hooks = flaneur_remote::Remote::new(&settings.webhook_hosts).context("cannot tell webhooks")?;
    Ok(Api {
        remote: Arc::new(remote),
        hooks: Arc::new(hooks),
        tokens: Arc::new(tokens),
        catalog,
        storage,
        world,
        cutter: Arc::new(Cutter::new(settings.tile_cache)),
        settings: Arc::new(settings),
        logins: logins.into(),
        pace: Arc::default(),
        counted: Arc::default(),
        usages: Arc::default(),
        takeouts: Arc::default(),
        followers: Arc::new(Semaphore::new(flaneur_api::MAX_FOLLOWERS)),
        uploads: Arc::new(Semaphore::new(flaneur_api::MAX_UPLOADS)),
        readers: Arc::new(Semaphore::new(flaneur_api::MAX_READERS)),
    })
}

/// What it takes to know who asks, without the rest of the API.
pub async fn gate(catalog: Arc<dyn Catalog>, world: World, front: &Front) -> Result<Gate> {
    let tokens = Arc::new(accounts::token_key(catalog.as_ref(), &world).await?);
    Ok(Gate { catalog, tokens, world, credential_origins: front.credential_origins.as_slice().into() })
}

/// The API's settings. Refuses those that make no sense.
pub fn settings(
    front: &Front,
    instance: &Instance,
    logins: &Logins,
    upload: &UploadLimit,
    memory: &Memory,
    (work, review): (&WorkLimit, &Review),
    cdn: &Cdn,
) -> Result<flaneur_api::Settings> {
    Ok(flaneur_api::Settings {
        name: instance.naming.name.clone(),
        description: instance.naming.description.clone(),
        email: instance.email.clone(),
        transfer_hosts: instance.transfer_hosts.clone(),
        webhook_hosts: instance.webhook_hosts.clone(),
        other_licenses: licenses(&instance.licenses)?,
        license: License { id: instance.naming.license.clone(), url: instance.naming.license_url.clone() },
        sign_up: logins.sign_up,
        enforce_terms: instance.enforce_terms,
        anonymous_uploads: instance.anonymous_uploads,
        collaborative_metadata: instance.collaborative_metadata,
        reports_to_withhold: i64::from(instance.reports_to_hide),
        report_review_days: review.days(),
        anonymous_reports_withhold: instance.anonymous_reports_hide,
        credential_origins: front.credential_origins.clone(),
        max_file_size: upload.max_file_size << 20,
        max_converted_size: upload.max_converted_size << 20,
        max_pixels: work.max_pixels * 1_000_000,
        most_pictures: upload.account_pictures.try_into().unwrap_or(i64::MAX),
        most_bytes: gigabytes(upload.account_gigabytes),
        background_style: instance.background_style.clone(),
        geocoder: instance.geocoder.clone(),
        cdn_url: cdn.checked()?,
        tile_cache: memory.tile_cache << 20,
        dataset: (instance.dataset_every > 0)
            .then(|| {
                anyhow::Ok(DatasetSettings {
                    every: SignedDuration::from_hours(i64::from(instance.dataset_every)),
                    address: front.public_url.as_deref().map(public_url).transpose()?,
                })
            })
            .transpose()?,
        ..flaneur_api::Settings::default()
    })
}

/// Bytes of so many gigabytes.
pub fn gigabytes(number: u64) -> i64 {
    number.saturating_mul(1_000_000_000).try_into().unwrap_or(i64::MAX)
}

/// Licences that may be chosen, each of which is on the list of SPDX.
fn licenses(ids: &[String]) -> Result<Vec<String>> {
    let ids: Vec<String> = ids.iter().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect();
    for id in &ids {
        anyhow::ensure!(
            spdx::license_id(id).is_some(),
            "--licenses: {id} is no SPDX identifier: see https://spdx.org/licenses, for example CC-BY-4.0 or CC0-1.0"
        );
    }
    Ok(ids)
}
