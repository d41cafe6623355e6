//! Tells programs elsewhere what changes, as it does.
//!
//! Each webhook has a place in the change log that it was told up to. Any process takes one that is due and behind, sends it what
//! comes next, and puts it back: whoever dies meanwhile is followed by another a minute later, so that what is told may be told
//! twice, and nothing is left out. One that does not answer is tried again, later each time, and keeps nobody else waiting.

mod letter;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use flaneur_catalog::{
    CatalogError,
    model::{HeldWebhook, Telling, Webhook},
    signals::Topic,
};
use flaneur_remote::{Answer, RemoteError, Url};
use http::StatusCode;
use jiff::SignedDuration;
use tokio::{sync::Semaphore, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{Api, error::chain, metrics, routes::changes};

pub(crate) use letter::{Letter, secret_of, shown};

/// Webhooks that one process tells at once.
const AT_ONCE: usize = 8;
/// Lines in a request at most.
const LINES: i64 = 100;
/// How long a process rests when there is no news.
const REST: Duration = Duration::from_secs(5);
/// How long lines are gathered before they are told.
const GATHER: Duration = Duration::from_millis(250);
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long nobody else tells a webhook that was taken: longer than that.
const HOLD: SignedDuration = SignedDuration::from_secs(60);
/// How long one that fails is tried.
const LONGEST_FAILURE: SignedDuration = SignedDuration::from_hours(3 * 24);
/// The pause after the first failure; it doubles each time.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// The longest pause, also of those that a program asks for.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// Tells webhooks until told to stop. What is being told then is told again by another process.
pub async fn run_webhooks(api: Api, stop: CancellationToken) {
    let mut news = api.catalog.listen(Topic::Changes);
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut under_way = JoinSet::new();
    loop {
        let turn = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            turn = turns.clone().acquire_owned() => turn,
        };
        while under_way.try_join_next().is_some() {}
        let Ok(turn) = turn else { return };
        match take(&api).await {
            Ok(Some(held)) => {
                let api = api.clone();
                under_way.spawn(async move {
                    tell(&api, &held).await;
                    drop(turn);
                });
                continue;
            }
            Ok(None) => drop(turn),
            Err(error) => tracing::warn!(error = chain(&error), "cannot look for webhooks; it is tried again"),
        }
        tokio::select! {
            _ = news.wait(REST) => {}
            () = stop.cancelled() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(GATHER) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Takes one that is due.
async fn take(api: &Api) -> Result<Option<HeldWebhook>, CatalogError> {
    let (last, now) = (api.catalog.last_change().await?, api.world.now());
    api.catalog.take_webhook(last, api.world.id(), now + HOLD, now).await
}

/// Tells one what comes next, and notes what came of it.
async fn tell(api: &Api, held: &HeldWebhook) {
    let webhook = &held.webhook;
    let noted = async {
        let telling = next(api, webhook).await?;
        if let Telling::Stopped { message } = &telling {
            tracing::info!(webhook = %webhook.id, account = %webhook.account, reason = message, "a webhook is told no more");
        }
        api.catalog.note_telling(held, &telling, api.world.now()).await
    };
    if let Err(error) = noted.await {
        tracing::warn!(webhook = %webhook.id, error = chain(&error), "cannot tell a webhook; it is tried again");
    }
}

async fn next(api: &Api, webhook: &Webhook) -> Result<Telling, CatalogError> {
    let (lines, number) = changes::page(api, webhook.told, LINES, &webhook.kinds).await?;
    if lines.is_empty() {
        return Ok(Telling::Told { number, reached: false });
    }
    let letter = Letter::of(webhook, &lines, number);
    let outcome = send(api, webhook, &letter).await;
    let delivered = matches!(&outcome, Ok(answer) if answer.status.is_success());
    metrics::told(delivered);
    Ok(judge(api, webhook, number, outcome))
}

/// Sends a letter, signed.
pub(crate) async fn send(api: &Api, webhook: &Webhook, letter: &Letter) -> Result<Answer, RemoteError> {
    let url: Url = webhook
        .address
        .parse()
        .map_err(|_| RemoteError::Forbidden("this is no address that can be asked".to_owned()))?;
    let headers = letter.headers(&secret_of(&api.tokens, webhook.id), api.world.now());
    api.hooks.post(&url, headers, letter.body.clone(), PATIENCE).await
}

/// What is made of an answer.
fn judge(api: &Api, webhook: &Webhook, number: i64, outcome: Result<Answer, RemoteError>) -> Telling {
    let now = api.world.now();
    let (message, wanted) = match outcome {
        Ok(answer) if answer.status.is_success() => return Telling::Told { number, reached: true },
        Ok(answer) if answer.status == StatusCode::GONE => {
            return Telling::Stopped { message: "It answered 410: nobody wants to be told there any more".to_owned() };
        }
        Ok(answer) => (refusal(answer.status), answer.retry_after),
        Err(error) => (trouble(webhook, &error), None),
    };
    if webhook.failing_since.is_some_and(|since| now.duration_since(since) >= LONGEST_FAILURE) {
        return Telling::Stopped { message: format!("{message}. It was tried for three days") };
    }
    let wanted = wanted.and_then(|pause| SignedDuration::try_from(pause).ok()).unwrap_or_default();
    let pause = pause_after(webhook.attempts).max(wanted.min(LONGEST_PAUSE));
    Telling::Later { due_at: now + pause, message }
}

/// How long nobody tries after so many failures before this one.
fn pause_after(failures: i64) -> SignedDuration {
    let doublings = u32::try_from(failures.clamp(0, 20)).unwrap_or(0);
    (FIRST_PAUSE * 2_i32.pow(doublings.min(16))).min(LONGEST_PAUSE)
}

/// What its owner is told of an answer that is none of success.
pub(crate) fn refusal(status: StatusCode) -> String {
    if status.is_redirection() {
        return format!(
            "It answered {}: redirects are not followed, give the address that it leads to",
            status.as_u16()
        );
    }
    format!("It answered {}", status.as_u16())
}

/// What its owner is told when there is no answer. What it was in detail is in the log.
pub(crate) fn trouble(webhook: &Webhook, error: &RemoteError) -> String {
    tracing::debug!(webhook = %webhook.id, error = chain(error), "a webhook was not reached");
    match error {
        RemoteError::Forbidden(why) => format!("It cannot be told: {why}"),
        _ => "It did not answer within 15 seconds, or cannot be reached".to_owned(),
    }
}
