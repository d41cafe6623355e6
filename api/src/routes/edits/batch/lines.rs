//! Lines of a body that comes piece by piece.

use std::time::Duration;

use axum::body::BodyDataStream;
use futures::StreamExt as _;
use http::StatusCode;

use crate::{ApiError, ApiResult};

/// Longest line, bytes.
pub(super) const LONGEST: usize = 64 << 10;
/// Longest silence of a client that is sending.
const SILENCE: Duration = Duration::from_secs(30);

/// Reads lines; in memory is what came of one piece of the body, and what is left of the one before.
pub(super) struct Lines {
    body: BodyDataStream,
    held: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Lines {
    pub(super) fn new(body: BodyDataStream) -> Self {
        Self { body, held: Vec::new(), at: 0, ended: false }
    }

    /// The next line without its end; none at the end of the body. A body that breaks off, or a line without an end, is an error.
    pub(super) async fn next(&mut self) -> ApiResult<Option<Vec<u8>>> {
        loop {
            if let Some(length) = memchr::memchr(b'\n', &self.held[self.at..]) {
                let line = self.held[self.at..self.at + length].to_vec();
                self.at += length + 1;
                return Ok(Some(line));
            }
            self.held.drain(..self.at);
            self.at = 0;
            if self.held.len() > LONGEST {
                return Err(ApiError::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    format!(
                        "a line has more than {LONGEST} bytes: each is a JSON object of its own, ended by a line feed"
                    ),
                ));
            }
            if self.ended {
                return Ok((!self.held.is_empty()).then(|| std::mem::take(&mut self.held)));
            }
            let piece = tokio::time::timeout(SILENCE, self.body.next()).await.map_err(|_| {
                ApiError::new(StatusCode::REQUEST_TIMEOUT, "nothing came for half a minute: send the rest again")
            })?;
            match piece {
                Some(Ok(piece)) => self.held.extend_from_slice(&piece),
                Some(Err(error)) => {
                    return Err(ApiError::bad_request("the body broke off: send it again").because(error));
                }
                None => self.ended = true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn read(pieces: Vec<&'static str>) -> Vec<String> {
        let pieces = pieces.into_iter().map(Ok::<_, std::io::Error>);
        let mut lines = Lines::new(Body::from_stream(futures::stream::iter(pieces)).into_data_stream());
        let mut found = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            found.push(String::from_utf8(line).unwrap());
        }
        found
    }

    #[tokio::test]
    async fn lines_are_cut_wherever_the_pieces_end() {
        assert_eq!(read(vec![]).await, <[&str; 0]>::default());
        assert_eq!(read(vec!["a", "b\nc\n\nd", "e"]).await, ["ab", "c", "", "de"]);
        assert_eq!(read(vec!["\n", "x\n"]).await, ["", "x"]);
    }

    #[tokio::test]
    async fn what_never_ends_is_refused() {
        let long = Body::from(vec![b'a'; LONGEST + 1]);
        let error = Lines::new(long.into_data_stream()).next().await.unwrap_err();
        assert_eq!(error.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
}
