//! What is counted of uploads and logins. Names and meaning stand in `docs/metrics.md` too.

use http::StatusCode;
use metrics::{counter, describe_counter};

use crate::ApiError;

const ACCEPTED: &str = "flaneur_uploads_accepted_total";
const REFUSED: &str = "flaneur_uploads_refused_total";
const BYTES: &str = "flaneur_upload_bytes_total";

const WEBHOOKS: &str = "flaneur_webhook_letters_total";

const MAILS: &str = "flaneur_mails_total";

const LOGINS: &str = "flaneur_logins_total";

/// How coming back from a login provider may end.
pub(crate) const LOGIN_RESULTS: [&str; 7] = ["ok", "expired", "denied", "away", "refused", "unknown", "taken"];

/// Every reason there is to refuse a file.
const REASONS: [&str; 20] = [
    "altered",
    "bad_form",
    "busy",
    "duplicate",
    "duplicate_in_set",
    "expired",
    "failed",
    "id_taken",
    "in_excluded_area",
    "invalid_metadata",
    "missing_metadata",
    "name_taken",
    "no_space",
    "not_a_picture",
    "not_allowed",
    "not_found",
    "offset",
    "timeout",
    "too_large",
    "too_many",
];

/// Says what is counted, and begins each count at zero. For whoever records it.
pub fn describe() {
    describe_counter!(ACCEPTED, "Files accepted as pictures");
    describe_counter!(REFUSED, "Files refused, by reason");
    describe_counter!(BYTES, "Bytes of accepted files");
    counter!(ACCEPTED).absolute(0);
    counter!(BYTES).absolute(0);
    for reason in REASONS {
        counter!(REFUSED, "reason" => reason).absolute(0);
    }
    describe_counter!(WEBHOOKS, "Requests to webhooks, by whether they arrived");
    for result in ["ok", "failed"] {
        counter!(WEBHOOKS, "result" => result).absolute(0);
    }
    describe_counter!(MAILS, "Mails, by whether a server took them");
    for result in ["ok", "failed"] {
        counter!(MAILS, "result" => result).absolute(0);
    }
    describe_counter!(LOGINS, "Browsers that came back from a login provider, by how that ended");
    for result in LOGIN_RESULTS {
        counter!(LOGINS, "result" => result).absolute(0);
    }
}

/// Counts a request to a webhook.
pub(crate) fn told(arrived: bool) {
    counter!(WEBHOOKS, "result" => if arrived { "ok" } else { "failed" }).increment(1);
}

/// Counts a mail.
pub(crate) fn mailed(taken: bool) {
    counter!(MAILS, "result" => if taken { "ok" } else { "failed" }).increment(1);
}

/// Counts an accepted file of so many bytes.
pub(crate) fn accepted(bytes: u64) {
    counter!(ACCEPTED).increment(1);
    counter!(BYTES).increment(bytes);
}

/// Counts a browser that came back from a login provider.
pub(crate) fn came_back(result: &'static str) {
    counter!(LOGINS, "result" => result).increment(1);
}

/// Counts a refused file.
pub(crate) fn refused(error: &ApiError) {
    counter!(REFUSED, "reason" => reason(error)).increment(1);
}

/// Why, in one of few words: what the refusal itself says, else what its status says.
fn reason(error: &ApiError) -> &'static str {
    if let Some(reason) = error.reason() {
        return reason;
    }
    match error.status() {
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE => "bad_form",
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "not_allowed",
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::REQUEST_TIMEOUT => "timeout",
        StatusCode::CONFLICT => "duplicate",
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::TOO_MANY_REQUESTS => "too_many",
        StatusCode::GONE => "expired",
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::LOCKED => "busy",
        StatusCode::INSUFFICIENT_STORAGE => "no_space",
        _ => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_reason_of_the_list() {
        for status in (100..600).filter_map(|code| StatusCode::from_u16(code).ok()) {
            assert!(REASONS.contains(&reason(&ApiError::new(status, "x"))), "{status}");
        }
        let named = ApiError::bad_request("x").for_reason("not_a_picture");
        assert_eq!(reason(&named), "not_a_picture");
        assert_eq!(reason(&ApiError::bad_request("x")), "bad_form");
    }
}
