//! Which formats are taken, and what a file of one says of itself. A file's first bytes tell its format, not its name.

use std::sync::Arc;

use flaneur_convert::{ConvertError, Format, SNIFFED, sniff};
use flaneur_geotag::{Geotag, GeotagError};
use flaneur_jpeg::{Extra, Intake, JpegError, Limits};
use flaneur_storage::OriginalKey;

use super::intake::too_large;
use crate::{Api, ApiError, ApiResult};

/// What is answered to whatever is none of them. Clients of the reference server look at the status alone.
const TAKEN: &str = "Impossible to open file as image. The supported image formats are JPEG, HEIC, PNG and WebP.";

/// Why the bytes are no picture we take.
#[derive(Debug)]
pub enum Refusal {
    /// Not a JPEG file that can be used, or nothing that is known.
    Jpeg(JpegError),
    /// A file of another format that can't be used.
    Other(ConvertError),
    /// Too many bytes.
    TooLarge {
        /// The limit, bytes.
        limit: u64,
    },
}

impl Refusal {
    /// How it is answered.
    pub fn into_error(self) -> ApiError {
        let reason = match self {
            Self::TooLarge { limit } => return too_large(limit),
            Self::Jpeg(JpegError::NotJpeg) => "the first bytes are those of no such file".to_owned(),
            Self::Jpeg(error) => error.to_string(),
            Self::Other(error) => error.to_string(),
        };
        ApiError::bad_request(TAKEN).because(reason).for_reason("not_a_picture")
    }
}

/// What a file says of itself.
#[derive(Debug)]
pub enum Head {
    /// A JPEG: its header.
    Jpeg(flaneur_jpeg::Header),
    /// Another: what its container says.
    Other(flaneur_convert::Header),
}

impl Head {
    /// Width and height in pixels, before the orientation that [`geotag`](Self::geotag) tells is applied.
    pub fn size(&self) -> (u32, u32) {
        match self {
            Self::Jpeg(header) => (header.width, header.height),
            Self::Other(header) => (header.width, header.height),
        }
    }

    /// What is in the file beside the picture.
    pub fn extras(&self) -> &[Extra] {
        match self {
            Self::Jpeg(header) => &header.extras,
            Self::Other(header) => &header.extras,
        }
    }

    /// Its place, time and so on.
    pub fn geotag(&self) -> Result<Geotag, GeotagError> {
        match self {
            Self::Jpeg(header) => flaneur_geotag::read(&header.bytes),
            Self::Other(header) => Ok(header.geotag()),
        }
    }
}

/// Follows a file while it streams in.
pub struct Follow {
    limits: Limits,
    /// Most bytes of what is no JPEG.
    most: u64,
    came: u64,
    state: State,
}

enum State {
    /// Fewer bytes than tell the format.
    Begun(Vec<u8>),
    Jpeg(Box<Intake>),
    Other,
}

impl Follow {
    /// One that has seen nothing yet. `most` is how many bytes a file may have that is no JPEG.
    pub fn new(limits: Limits, most: u64) -> Self {
        Self { limits, most, came: 0, state: State::Begun(Vec::new()) }
    }

    /// Takes the next bytes, of any number. A refusal is final.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<(), Refusal> {
        self.came += chunk.len() as u64;
        if let State::Begun(start) = &mut self.state {
            let (head, rest) = chunk.split_at(chunk.len().min(SNIFFED.saturating_sub(start.len())));
            start.extend_from_slice(head);
            match sniff(start) {
                Some(Format::Jpeg) => {
                    let mut intake = Box::new(Intake::new(self.limits));
                    intake.feed(start).and_then(|()| intake.feed(rest)).map_err(Refusal::Jpeg)?;
                    self.state = State::Jpeg(intake);
                    return Ok(());
                }
                Some(_) => self.state = State::Other,
                None if start.len() >= SNIFFED => return Err(Refusal::Jpeg(JpegError::NotJpeg)),
                None => return Ok(()),
            }
        }
        match &mut self.state {
            State::Jpeg(intake) => intake.feed(chunk).map_err(Refusal::Jpeg),
            _ if self.came > self.most => Err(Refusal::TooLarge { limit: self.most }),
            _ => Ok(()),
        }
    }

    /// What the whole file says of itself; `None` if it has to be read back to know.
    pub fn finish(self) -> Result<Option<Head>, Refusal> {
        match self.state {
            State::Begun(_) => Err(Refusal::Jpeg(JpegError::NotJpeg)),
            State::Jpeg(intake) => intake.finish().map(|header| Some(Head::Jpeg(header))).map_err(Refusal::Jpeg),
            State::Other => Ok(None),
        }
    }
}

/// Reads a file that is no JPEG out of the private store, and what it says of itself. If it is refused, it does not lie
/// there any more; nor if this fails.
pub async fn read_back(api: &Api, key: OriginalKey, limits: Limits) -> ApiResult<Result<Head, Refusal>> {
    let head = inspect(api, key, limits).await;
    if !matches!(head, Ok(Ok(_))) {
        api.storage.private.destroy(key).await?;
    }
    head
}

async fn inspect(api: &Api, key: OriginalKey, limits: Limits) -> ApiResult<Result<Head, Refusal>> {
    let turn = Arc::clone(&api.readers).acquire_owned().await.map_err(|error| ApiError::internal(&error))?;
    let file = api.storage.private.read(key).await?;
    let inspected = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        flaneur_convert::inspect(&file, &limits)
    });
    let inspected = inspected.await.map_err(|error| ApiError::internal(&error))?;
    Ok(inspected.map(Head::Other).map_err(Refusal::Other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fed(file: &[u8], step: usize, most: u64) -> Result<Follow, Refusal> {
        let mut follow = Follow::new(Limits::default(), most);
        file.chunks(step).try_for_each(|chunk| follow.feed(chunk)).map(|()| follow)
    }

    #[test]
    fn a_format_is_told_however_the_bytes_come() {
        let png = [&b"\x89PNG\r\n\x1A\n"[..], &[0; 90]].concat();
        for step in [1, 5, 12, 13, 98] {
            assert!(matches!(fed(&png, step, 98).map(Follow::finish), Ok(Ok(None))), "{step}");
            assert!(matches!(fed(&png, step, 97), Err(Refusal::TooLarge { limit: 97 })), "{step}");
            let text = b"nothing that anybody would take";
            assert!(matches!(fed(text, step, 98), Err(Refusal::Jpeg(JpegError::NotJpeg))), "{step}");
            let cut = b"\xFF\xD8\xFF\xE1\x00\x10 and so on";
            assert!(matches!(fed(cut, step, 1).map(Follow::finish), Ok(Err(Refusal::Jpeg(JpegError::Truncated)))));
        }
        assert!(matches!(fed(b"short", 1, 98).map(Follow::finish), Ok(Err(Refusal::Jpeg(JpegError::NotJpeg)))));
    }
}
