//! Telling how far a run is.

use std::time::Duration;

/// What has just happened. Texts in it are fit for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<'a> {
    /// The list of pictures grows.
    Found {
        /// Pictures so far; one that was met twice counts twice.
        pictures: u64,
        /// Requests so far.
        requests: u64,
    },
    /// The files here are compared with the list.
    Comparing {
        /// Pictures so far.
        pictures: u64,
    },
    /// It is known what has to be taken.
    Planned {
        /// Files to take.
        files: u64,
        /// What the server states of their sizes, bytes.
        bytes: u64,
        /// Of how many files it states none.
        without_size: u64,
        /// Files that are here already.
        unchanged: u64,
    },
    /// Bytes came.
    Received(u64),
    /// A file is dealt with, whichever way.
    Settled,
    /// A picture could not be taken.
    Failed {
        /// The picture.
        id: &'a str,
        /// Why not.
        why: &'a str,
    },
    /// The server asks for less: nothing is asked of it for this long.
    Paused(Duration),
    /// Shards are written.
    Packing {
        /// How many were looked at.
        done: u64,
        /// How many there are.
        of: u64,
    },
    /// What is here is read.
    Reading {
        /// How many files were read.
        done: u64,
        /// How many there are.
        of: u64,
    },
    /// Something the user should know.
    Note(&'a str),
}

/// Who wants to know. Called from several threads, and should return at once.
pub trait Progress: Send + Sync {
    /// Something happened.
    fn on(&self, event: &Event<'_>);
}

/// Nobody wants to know.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn on(&self, _: &Event<'_>) {}
}
