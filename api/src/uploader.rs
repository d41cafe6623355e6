//! On whose behalf something is uploaded: the account that is signed in or, where the operator allows it, the account
//! that anonymous uploads belong to.

use flaneur_access::{Action, Subject, Viewer, decide};
use flaneur_catalog::{
    CatalogError,
    model::{ANONYMOUS, Account, AccountId, NewAccount, UploadSet, UploadSetId},
};

use crate::{Api, ApiError, ApiResult, Identity, PublicUrl};

/// The account that writes, or 401.
pub async fn uploader(api: &Api, identity: &Identity) -> ApiResult<Account> {
    match &identity.account {
        Some(account) => Ok(account.clone()),
        None if api.settings.anonymous_uploads => anonymous(api).await,
        None => Err(ApiError::unauthorized("Authentication is mandatory: send a token, or sign in")),
    }
}

/// Refuses an account that did not agree to the terms of service, where the operator asks for that. Who agreed once goes on
/// after a change. Of who is not signed in nobody knows.
pub async fn agreed(api: &Api, account: &Account, url: &PublicUrl) -> ApiResult<()> {
    if !api.settings.enforce_terms || account.name == ANONYMOUS {
        return Ok(());
    }
    let terms = api.catalog.terms(account.id).await?;
    if terms.version == 0 || terms.accepted > 0 {
        return Ok(());
    }
    Err(ApiError::forbidden(format!(
        "Agree to the terms of service of this instance first, at {}/account (or `POST /api/users/me/accept_tos`)",
        url.0
    ))
    .for_reason("terms_not_accepted"))
}

async fn anonymous(api: &Api) -> ApiResult<Account> {
    loop {
        if let Some(account) = api.catalog.account_by_name(ANONYMOUS).await? {
            return Ok(account);
        }
        let new = NewAccount {
            id: AccountId(api.world.id()),
            name: ANONYMOUS.to_owned(),
            admin: false,
            created_at: api.world.now(),
        };
        match api.catalog.create_account(new).await {
            Ok(account) => return Ok(account),
            // Another request has just made it.
            Err(CatalogError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// An upload set that the uploader may write to, and the uploader.
pub async fn own_upload_set(api: &Api, identity: &Identity, id: UploadSetId) -> ApiResult<(UploadSet, Account)> {
    let account = uploader(api, identity).await?;
    let set = api.catalog.upload_set(id).await?.ok_or_else(missing)?;
    let viewer = Viewer::Account { id: account.id.0, admin: account.admin };
    let subject = Subject { owner: set.options.account.0, visibility: set.options.visibility, published: true };
    // Whoever may not even see the set is not told that it exists.
    decide(viewer, Action::See, subject).map_err(|_| missing())?;
    decide(viewer, Action::Manage, subject).map_err(|_| {
        ApiError::forbidden("You're not authorized to change this upload set: it belongs to another account")
    })?;
    Ok((set, account))
}

/// The set does not exist, as far as this viewer goes.
pub fn missing() -> ApiError {
    ApiError::not_found("UploadSet doesn't exist")
}
