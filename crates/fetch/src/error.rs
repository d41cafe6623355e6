//! What ends a whole run. What befalls one picture is in the [`Summary`](crate::Summary).

use std::{io, path::Path, path::PathBuf};

use url::Url;

use crate::text::shown;

/// Why a run ended before it was done. The folder can be taken up again by the next run.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// What was asked for makes no sense.
    #[error("{0}")]
    Usage(String),
    /// The folder is not one to work in.
    #[error("{0}")]
    Folder(String),
    /// The disk says no.
    #[error("cannot {doing} {}: {why}", path.display())]
    Disk {
        /// What was tried.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system says.
        why: io::Error,
    },
    /// The server says that it will not.
    #[error("{} answers {status}{}", shown(url.as_str()), said(message))]
    Refused {
        /// What was asked.
        url: Url,
        /// How it was answered.
        status: http::StatusCode,
        /// What the server says about it; may be empty.
        message: String,
    },
    /// The server did not answer however often it was asked.
    #[error("{} does not answer ({}); nothing is lost: run the same command again later", shown(url.as_str()), shown(why))]
    Away {
        /// What was asked.
        url: Url,
        /// What happened last.
        why: String,
    },
    /// It answers something else than what a server of pictures does.
    #[error("{} answers something else than was asked for: {}", shown(url.as_str()), shown(why))]
    Strange {
        /// What was asked.
        url: Url,
        /// What is wrong with it.
        why: String,
    },
    /// It has not come to what was asked for yet.
    #[error("{} is not ready: {}. What came is kept: run the same command again later", shown(url.as_str()), shown(why))]
    Unready {
        /// What was asked.
        url: Url,
        /// What it is about.
        why: String,
    },
    /// The server suddenly lists far fewer pictures than before.
    #[error(
        "{gone} of the {had} pictures in this folder are not on the server's list any more. That is more than half, and may be \
         a fault of the server, so nothing was changed. If they are meant to go, say --allow-removals; to keep them, say \
         --keep-gone"
    )]
    TooManyRemovals {
        /// Pictures that would be removed.
        gone: u64,
        /// Pictures in the folder.
        had: u64,
    },
    /// Asked to stop before there was anything to tell.
    #[error("stopped; run the same command again to go on")]
    Stopped,
}

impl FetchError {
    /// For `map_err` on what the disk answers.
    pub fn disk(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |why| Self::Disk { doing, path, why }
    }
}

fn said(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {}", shown(message)) }
}
