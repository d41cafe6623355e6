//! Tells by mail what becomes of reports, where the operator has a mail server: who made one and left an address, that it was
//! received and how it was decided; whose it is and wants to be written to, what becomes of theirs because of it, and why; and
//! those who decide, that there is a new one. Whoever wants to be written to is asked first, by a link that is mailed there.
//!
//! What is to be told is noted in the catalog with what happened. Any process takes a notice, writes to whom it concerns, and
//! notes that; whoever dies meanwhile is followed by another a minute later, so that a mail may come twice and none is left out.

mod letter;
mod server;
#[cfg(test)]
mod tests;

use std::time::Duration;

use flaneur_catalog::{
    CatalogError,
    model::{AddressNotice, NoticeOutcome, Recipient, Report, ReportId, ReportNotice},
};
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{Api, PublicUrl, TokenKey, error::chain, identity::secret_hash, metrics};

use server::{Mail, Unsent};
pub use server::{MailError, MailServer, mailbox};

/// How long a process rests when there is no news.
const REST: Duration = Duration::from_secs(5);
/// How long nobody else tells what was taken: longer than a mail server is waited for, twice.
const HOLD: SignedDuration = SignedDuration::from_secs(120);
/// The pause after the first failure; it doubles each time.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// The longest pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(4);
/// What is older is not told any more: what a mail server refused for so long, or what happened before there was one.
const OLDEST: SignedDuration = SignedDuration::from_hours(3 * 24);
/// Longest address, characters (RFC 5321, 4.5.3.1.3 with its erratum 1690).
pub(crate) const LONGEST_ADDRESS: usize = 254;
/// So many mails an address gets in a day: whoever makes reports may give anybody's, and report all that somebody sent.
const MOST_A_DAY: i64 = 10;
/// Those who decide get one mail in this time: it says how many reports wait.
const MODERATORS_REST: SignedDuration = SignedDuration::from_mins(15);

/// What is needed to write mails.
#[derive(Debug, Clone)]
pub struct Post {
    /// Where they are handed in.
    pub server: MailServer,
    /// Whom to tell of new reports.
    pub moderators: Option<String>,
    /// Where the instance is reached.
    pub url: PublicUrl,
}

/// The key of a case: whoever has it may follow a report.
pub(crate) fn case_key(tokens: &TokenKey, report: ReportId) -> String {
    tokens.secret_text_of("case", report.0)
}

/// The key of a case that there is, unless it is another one, as those of before were.
pub(crate) fn case_key_of(tokens: &TokenKey, report: &Report) -> Option<String> {
    Some(case_key(tokens, report.id)).filter(|key| secret_hash(key) == report.case_sha256)
}

/// Whether it may be an address: what comes of mails sent there is another question.
pub(crate) fn is_address(text: &str) -> bool {
    let has_host = text
        .rsplit_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.starts_with('.'));
    has_host
        && text.chars().count() <= LONGEST_ADDRESS
        && !text.chars().any(|letter| letter.is_whitespace() || letter.is_control())
}

/// The key of links that are mailed to an account's address: by it whoever reads mails there confirms it, or has it taken away.
pub(crate) fn address_key(tokens: &TokenKey, request: Uuid) -> String {
    tokens.secret_text_of("address", request)
}

/// Where they do that.
fn address_page(tokens: &TokenKey, url: &PublicUrl, request: Uuid) -> String {
    format!("{}/mail#{}", url.0, address_key(tokens, request))
}

/// Where people follow a case.
pub(crate) fn case_page(url: &PublicUrl, report: ReportId, key: &str) -> String {
    format!("{}/reports/{report}#{key}", url.0)
}

/// Writes mails until told to stop. What is being told then is told again by another process.
pub async fn run_post(api: Api, post: Post, stop: CancellationToken) {
    let mut moderators_told = None;
    loop {
        let told = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            told = tell_next(&api, &post, &mut moderators_told) => told,
        };
        match told {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(error = chain(&error), "cannot look for mails to write; it is tried again"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(REST) => {}
        }
    }
}

/// Tells what is due the longest, of addresses first: somebody waits for that mail. False if nothing is.
async fn tell_next(api: &Api, post: &Post, moderators_told: &mut Option<Timestamp>) -> Result<bool, CatalogError> {
    let now = api.world.now();
    if let Some(notice) = api.catalog.take_address_notice(now + HOLD, now).await? {
        ask_there(api, post, &notice).await?;
        return Ok(true);
    }
    let Some(notice) = api.catalog.take_notice(now + HOLD, now).await? else { return Ok(false) };
    let age = now.duration_since(notice.event.at);
    let is_first = notice.event.place == 1 && notice.recipient == Recipient::Reporter && notice.attempts == 0;
    if is_first && age <= OLDEST {
        tell_moderators(api, post, &notice, moderators_told).await?;
    }
    let about = format!("report {}", notice.report.id);
    let outcome = match letter_about(api, post, &notice).await? {
        Some(mail) => send(post, mail, &about, (age, notice.attempts), now).await,
        None => NoticeOutcome::Dropped,
    };
    api.catalog.note_notice(&notice, outcome, api.world.now()).await?;
    Ok(true)
}

/// Mails the link that confirms an address.
async fn ask_there(api: &Api, post: &Post, notice: &AddressNotice) -> Result<(), CatalogError> {
    let (now, address) = (api.world.now(), &notice.address);
    let page = address_page(&api.tokens, &post.url, address.request);
    let mail = letter::to_confirm(address, &api.settings.name, &page);
    let about = format!("the address of account {}", address.account);
    let outcome = send(post, mail, &about, (now.duration_since(address.asked_at), notice.attempts), now).await;
    api.catalog.note_address_notice(notice, outcome).await?;
    Ok(())
}

/// The mail that a notice calls for, if there is somebody to write to who did not get enough today.
async fn letter_about(api: &Api, post: &Post, notice: &ReportNotice) -> Result<Option<Mail>, CatalogError> {
    let (report, instance) = (&notice.report, &api.settings.name);
    let mail = match notice.recipient {
        Recipient::Reporter => report.email.as_deref().map(|email| {
            let key = case_key_of(&api.tokens, report);
            let case = key.map(|key| case_page(&post.url, report.id, &key));
            letter::to_reporter(notice, instance, case.as_deref(), email)
        }),
        Recipient::Owner => notice.owner.as_ref().map(|owner| {
            let page = address_page(&api.tokens, &post.url, owner.request);
            letter::to_owner(notice, instance, &post.url, &owner.address, &page)
        }),
    };
    let Some(mail) = mail else { return Ok(None) };
    let day = api.world.now() - SignedDuration::from_hours(24);
    if api.catalog.mailed_to(&mail.to, day).await? >= MOST_A_DAY {
        let to = notice.recipient.as_str();
        tracing::info!(report = %report.id, to, "nobody is written to: the address got enough mails today");
        return Ok(None);
    }
    Ok(Some(mail))
}

/// Hands a mail in, `about` something that is known for `age` and was tried to be told that often.
async fn send(
    post: &Post,
    mail: Mail,
    about: &str,
    (age, attempts): (SignedDuration, i64),
    now: Timestamp,
) -> NoticeOutcome {
    if age > OLDEST {
        if attempts > 0 {
            tracing::warn!(about, "a mail was given up: no server took it for days");
        }
        return NoticeOutcome::Dropped;
    }
    let sent = post.server.send(mail).await;
    metrics::mailed(sent.is_ok());
    match sent {
        Ok(()) => NoticeOutcome::Mailed,
        Err(Unsent::Refused(why)) => {
            // As often as not because there is no such address: nothing that the operator could do about it.
            tracing::info!(about, why, "the mail server refused a mail");
            NoticeOutcome::Dropped
        }
        Err(Unsent::Later(why)) => {
            tracing::warn!(about, why, "a mail could not be handed in; it is tried again");
            let doublings = u32::try_from(attempts).unwrap_or(u32::MAX).min(16);
            NoticeOutcome::Later(now + (FIRST_PAUSE * 2i32.pow(doublings)).min(LONGEST_PAUSE))
        }
    }
}

/// Tells those who decide, if they are to be told and were not just now. They look at all that waits then; if no server takes
/// the mail, the next report is told.
async fn tell_moderators(
    api: &Api,
    post: &Post,
    notice: &ReportNotice,
    last: &mut Option<Timestamp>,
) -> Result<(), CatalogError> {
    let now = api.world.now();
    let Some(to) = &post.moderators else { return Ok(()) };
    if notice.report.status.is_closed() || last.is_some_and(|last| now.duration_since(last) < MODERATORS_REST) {
        return Ok(());
    }
    let counts = api.catalog.count_reports().await?;
    let open = counts.iter().filter(|(status, ..)| !status.is_closed()).map(|(.., count)| count).sum();
    let mail = letter::to_moderators(notice, &api.settings.name, &post.url, open, to);
    let outcome = post.server.send(mail).await;
    metrics::mailed(outcome.is_ok());
    match outcome {
        Ok(()) => *last = Some(now),
        Err(Unsent::Refused(why) | Unsent::Later(why)) => {
            tracing::warn!(why, "a mail to the moderators could not be handed in");
        }
    }
    Ok(())
}
