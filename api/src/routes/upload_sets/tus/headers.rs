//! Headers of tus, to and fro.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flaneur_catalog::model::Upload;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::Sha256;

use crate::{ApiError, ApiResult};

pub const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
pub const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
pub const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
/// What the protocol has for bytes that are not those that were sent; no RFC knows it.
const CHECKSUM_MISMATCH: u16 = 460;

/// A number of bytes; an error if the header is missing or none.
pub fn number(headers: &HeaderMap, name: &HeaderName) -> ApiResult<i64> {
    let text = headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).unwrap_or_default();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Digits that do not fit are a large number.
    if digits { Ok(text.parse().unwrap_or(i64::MAX)) } else { Err(missing(name)) }
}

fn missing(name: &HeaderName) -> ApiError {
    ApiError::bad_request(format!("The header `{name}` must be a number of bytes"))
}

/// `Upload-Offset` and, unless it is over, `Upload-Expires`.
pub fn progress(headers: &mut HeaderMap, upload: &Upload) {
    headers.insert(UPLOAD_OFFSET, HeaderValue::from(upload.received));
    if !upload.is_full() {
        expires(headers, upload.options.expires_at);
    }
}

/// `Upload-Expires`, as HTTP writes times.
pub fn expires(headers: &mut HeaderMap, at: Timestamp) {
    if let Ok(value) = HeaderValue::from_str(&at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()) {
        headers.insert(UPLOAD_EXPIRES, value);
    }
}

/// What the bytes of a request are to hash to.
pub enum Checksum {
    Sha1(Sha1, Vec<u8>),
    Sha256(Sha256, Vec<u8>),
    Md5(Md5, Vec<u8>),
}

impl Checksum {
    /// Reads `Upload-Checksum`, if there is one.
    pub fn asked(headers: &HeaderMap) -> ApiResult<Option<Self>> {
        let Some(value) = headers.get(UPLOAD_CHECKSUM) else { return Ok(None) };
        let (algorithm, sum) = value.to_str().unwrap_or_default().trim().split_once(' ').unwrap_or_default();
        let sum = STANDARD.decode(sum.trim()).unwrap_or_default();
        let (checksum, length) = match algorithm {
            "sha1" => (Self::Sha1(Sha1::new(), sum), 20),
            "sha256" => (Self::Sha256(Sha256::new(), sum), 32),
            "md5" => (Self::Md5(Md5::new(), sum), 16),
            _ => {
                return Err(ApiError::bad_request(
                    "`Upload-Checksum` must be `sha1`, `sha256` or `md5`, a space, and the sum in Base64",
                ));
            }
        };
        if checksum.expected().len() != length {
            return Err(ApiError::bad_request("`Upload-Checksum` must hold the whole sum in Base64"));
        }
        Ok(Some(checksum))
    }

    fn expected(&self) -> &[u8] {
        match self {
            Self::Sha1(_, sum) | Self::Sha256(_, sum) | Self::Md5(_, sum) => sum,
        }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(hash, _) => hash.update(bytes),
            Self::Sha256(hash, _) => hash.update(bytes),
            Self::Md5(hash, _) => hash.update(bytes),
        }
    }

    /// 460 if these were not the bytes.
    pub fn verify(self) -> ApiResult<()> {
        let same = match self {
            Self::Sha1(hash, sum) => hash.finalize()[..] == sum[..],
            Self::Sha256(hash, sum) => hash.finalize()[..] == sum[..],
            Self::Md5(hash, sum) => hash.finalize()[..] == sum[..],
        };
        let status = StatusCode::from_u16(CHECKSUM_MISMATCH).unwrap_or(StatusCode::BAD_REQUEST);
        let error = || {
            ApiError::new(status, "The bytes were altered on their way: send this piece again").for_reason("altered")
        };
        if same { Ok(()) } else { Err(error()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn numbers_are_digits() {
        let read = |text: &str| number(&with(UPLOAD_OFFSET, text), &UPLOAD_OFFSET);
        assert_eq!(read("0").unwrap(), 0);
        assert_eq!(read("99999999999999999999999").unwrap(), i64::MAX);
        for bad in ["", "-1", "+1", "1.0", "0x1", "one"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(number(&HeaderMap::new(), &UPLOAD_OFFSET).is_err());
    }

    #[test]
    fn sums_are_compared() {
        // Of the three bytes `abc`: FIPS 180-4 and RFC 1321.
        for sum in [
            "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
            "sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
            "md5 kAFQmDzST7DWlj99KOF/cg==",
        ] {
            for (bytes, same) in [("abc", true), ("abd", false)] {
                let mut checksum = Checksum::asked(&with(UPLOAD_CHECKSUM, sum)).unwrap().unwrap();
                checksum.update(bytes.as_bytes());
                assert_eq!(checksum.verify().map_err(|error| error.status().as_u16()).err(), (!same).then_some(460));
            }
        }
        for bad in ["", "sha1", "sha1 qZk=", "crc32 qZk=", "md5 ???"] {
            assert!(Checksum::asked(&with(UPLOAD_CHECKSUM, bad)).is_err(), "{bad}");
        }
        assert!(Checksum::asked(&HeaderMap::new()).unwrap().is_none());
    }

    #[test]
    fn times_are_as_http_has_them() {
        let mut headers = HeaderMap::new();
        expires(&mut headers, "1994-11-06T08:49:37Z".parse().unwrap());
        assert_eq!(headers[UPLOAD_EXPIRES], "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
