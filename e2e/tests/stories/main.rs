//! What users do with a server, story by story. One program, so that it is linked once.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics; what it prints is read by whoever runs it"
)]

mod account;
mod areas;
mod attacks;
mod backup;
mod bad_input;
mod blur;
mod browser;
mod cdn;
mod client;
mod corrections;
mod coverage;
mod crash;
mod dataset;
mod edits;
mod erasure;
mod export;
mod federation;
mod feed;
mod fetch;
mod first_start;
mod formats;
mod found_again;
mod labelled;
mod login;
mod logs;
mod mails;
mod metrics;
mod pages;
mod panoramax_cli;
mod panoramax_cli_tests;
mod parallel;
mod pixels;
mod postgres;
mod previews;
mod privacy;
mod quotas;
mod reading;
mod replays;
mod reports;
mod roles;
mod s3;
mod schemathesis;
mod shared_data;
mod simulate;
mod snapshot;
mod stac_tools;
mod takeout;
mod transfers;
mod tus;
mod upload;
mod webhooks;
