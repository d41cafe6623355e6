//! Takes a picture in, in a form or out of the parts it came in. It goes straight to the private storage; in memory there
//! is never more than its header and one part of it; only what is no JPEG is read once more when it is there.

use std::time::Duration;

use axum::extract::multipart::{Field, Multipart, MultipartError};
use bytes::Bytes;
use flaneur_catalog::model::PictureId;
use flaneur_jpeg::Limits;
use flaneur_storage::{OriginalKey, OriginalWriter, Received, StorageError};
use futures::{Stream, StreamExt as _};
use http::StatusCode;

use super::{
    formats::{Follow, Head, Refusal, read_back},
    overrides::Form,
    receive::spot,
};
use crate::{Api, ApiError, ApiResult, extract::NUL};

/// Longest silence of a client that is sending.
pub const PATIENCE: Duration = Duration::from_mins(1);
/// Largest text part, bytes.
pub const MAX_TEXT: usize = 8 << 10;
/// Most parts in a form.
const MAX_PARTS: usize = 200;
/// Longest file name kept, characters.
const MAX_NAME: usize = 255;

/// A form that has arrived.
#[derive(Debug)]
pub struct Arrival {
    /// Its text parts.
    pub form: Form,
    /// Its picture.
    pub file: ArrivedFile,
}

/// A file that has arrived.
#[derive(Debug)]
pub struct ArrivedFile {
    /// Name the client gave, without folders.
    pub name: String,
    /// What came.
    pub received: Received,
    /// The picture's header, if it is a picture; then it lies in the private storage. If not, nothing lies there.
    pub header: Result<Head, Refusal>,
}

/// Reads the form. `picture` is the one that it is to become, unless the form says another before the file comes. Answers
/// also which it is and where the file lies. An error here is of the request, not of the file; nothing is left in storage
/// then.
pub async fn take_in(
    api: &Api,
    mut multipart: Multipart,
    mut picture: PictureId,
) -> ApiResult<(PictureId, OriginalKey, Arrival)> {
    let mut form = Form::default();
    let mut file: Option<ArrivedFile> = None;
    let mut key = OriginalKey(picture.0);
    let taken = async {
        for _ in 0..MAX_PARTS {
            let Some(field) = in_time(multipart.next_field()).await? else { return Ok(()) };
            let name = field.name().unwrap_or_default().to_owned();
            match name.as_str() {
                "file" | "picture" if file.is_none() => {
                    if let Some(chosen) = form.picture {
                        picture = chosen;
                        key = spot(api, chosen).await?;
                    }
                    file = Some(self::file(api, field, key).await?);
                }
                "file" | "picture" => return Err(ApiError::bad_request("Send one file in each request")),
                "picture_id" if file.is_some() => {
                    return Err(ApiError::bad_request("Send the part `picture_id` before the file"));
                }
                _ => form.take(&name, text(field).await?)?,
            }
        }
        Err(ApiError::bad_request(format!("A form has at most {MAX_PARTS} parts")))
    }
    .await;
    let stored = file.as_ref().is_some_and(|file| file.header.is_ok());
    match (taken, file) {
        (Ok(()), Some(file)) => Ok((picture, key, Arrival { form, file })),
        (Ok(()), None) => Err(ApiError::bad_request("No file was sent")),
        (Err(error), _) => {
            if stored {
                api.storage.private.destroy(key).await?;
            }
            Err(error)
        }
    }
}

async fn file(api: &Api, field: Field<'_>, key: OriginalKey) -> ApiResult<ArrivedFile> {
    let name = file_name(field.file_name());
    let limit = api.settings.max_file_size;
    let chunks = futures::stream::unfold(field, async |mut field| {
        let chunk = in_time(field.chunk()).await.transpose()?;
        Some((chunk, field))
    });
    let mut chunks = std::pin::pin!(chunks.fuse());
    let file = store(api, name, key, &mut chunks).await?;
    if file.header.is_err() {
        // An answer that comes before the file is through would reset the connection, and never be read.
        drain(&mut chunks, limit).await?;
    }
    Ok(file)
}

/// Copies a file into storage while looking at it. An error ends the request, and leaves nothing in storage; what is no
/// picture is told in the answer, and may have been read in part only.
pub async fn store(
    api: &Api,
    name: String,
    key: OriginalKey,
    chunks: &mut (impl Stream<Item = ApiResult<Bytes>> + Unpin),
) -> ApiResult<ArrivedFile> {
    let limits = Limits { max_pixels: api.settings.max_pixels, ..Limits::default() };
    let mut writer = api.storage.private.receive(key, api.settings.max_file_size).await?;
    let outcome = copy(chunks, &mut writer, Follow::new(limits, api.settings.max_converted_size)).await;
    let (refusal, received) = match outcome {
        Ok(Ok(follow)) => match follow.finish() {
            Ok(head) => {
                let received = writer.finish().await?;
                let header = match head {
                    Some(head) => Ok(head),
                    None => read_back(api, key, limits).await?,
                };
                return Ok(ArrivedFile { name, received, header });
            }
            Err(refusal) => (refusal, writer.abort().await?),
        },
        Ok(Err(refusal)) => (refusal, writer.abort().await?),
        Err(error) => {
            writer.abort().await?;
            return Err(error);
        }
    };
    Ok(ArrivedFile { name, received, header: Err(refusal) })
}

/// The outer error ends the request, the inner one refuses the file.
async fn copy(
    chunks: &mut (impl Stream<Item = ApiResult<Bytes>> + Unpin),
    writer: &mut OriginalWriter,
    mut follow: Follow,
) -> ApiResult<Result<Follow, Refusal>> {
    while let Some(chunk) = chunks.next().await.transpose()? {
        match writer.write(&chunk).await {
            Ok(()) => {}
            Err(StorageError::TooLarge { limit }) => return Ok(Err(Refusal::TooLarge { limit })),
            Err(error) => return Err(error.into()),
        }
        if let Err(refusal) = follow.feed(&chunk) {
            return Ok(Err(refusal));
        }
    }
    Ok(Ok(follow))
}

async fn drain(chunks: &mut (impl Stream<Item = ApiResult<Bytes>> + Unpin), limit: u64) -> ApiResult<()> {
    let mut left = limit;
    while let Some(chunk) = chunks.next().await.transpose()? {
        left = left.saturating_sub(chunk.len() as u64);
        if left == 0 {
            return Err(too_large(limit));
        }
    }
    Ok(())
}

/// 413, with the limit in bytes.
pub fn too_large(limit: u64) -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("The file is too large: at most {} MiB are accepted", limit >> 20),
    )
}

async fn text(mut field: Field<'_>) -> ApiResult<String> {
    let name = field.name().unwrap_or_default().to_owned();
    let mut bytes = Vec::new();
    while let Some(chunk) = in_time(field.chunk()).await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_TEXT {
            return Err(ApiError::bad_request(format!("The part `{name}` is longer than {MAX_TEXT} bytes")));
        }
    }
    let text =
        String::from_utf8(bytes).map_err(|_| ApiError::bad_request(format!("The part `{name}` is not UTF-8 text")))?;
    if text.contains('\0') {
        return Err(ApiError::bad_request(format!("The part `{name}` holds {NUL}")));
    }
    Ok(text)
}

async fn in_time<T>(next: impl Future<Output = Result<T, MultipartError>>) -> ApiResult<T> {
    match tokio::time::timeout(PATIENCE, next).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(ApiError::bad_request("The form could not be read; send the file again").because(error)),
        Err(_) => Err(silent()),
    }
}

/// 408: nothing came for [`PATIENCE`].
pub fn silent() -> ApiError {
    ApiError::new(
        StatusCode::REQUEST_TIMEOUT,
        "Nothing came for a minute; check the connection and send the file again",
    )
}

/// The last part of a path, whatever the separator, without control characters.
pub fn file_name(sent: Option<&str>) -> String {
    let name = sent.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|char| !char.is_control()).take(MAX_NAME).collect();
    if name.trim().is_empty() { "picture.jpg".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_folders() {
        for (sent, kept) in [
            (Some("a.jpg"), "a.jpg"),
            (Some("../../etc/passwd"), "passwd"),
            (Some("C:\\DCIM\\a.jpg"), "a.jpg"),
            (Some("a\0\nb.jpg"), "ab.jpg"),
            (Some(""), "picture.jpg"),
            (None, "picture.jpg"),
        ] {
            assert_eq!(file_name(sent), kept);
        }
        assert_eq!(file_name(Some(&"x".repeat(9999))).len(), MAX_NAME);
    }
}
