//! `Upload-Metadata`: what a client says of its file.

use std::collections::BTreeSet;

use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurpose, general_purpose::PAD},
};

use crate::{
    ApiError, ApiResult,
    extract::NUL,
    routes::upload_sets::{
        intake::{MAX_TEXT, file_name},
        overrides::Form,
    },
};

/// Longest header, bytes.
const LONGEST: usize = 32 << 10;

/// Base64 with or without the signs at the end: clients differ.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&base64::alphabet::STANDARD, PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// What was said.
#[derive(Debug)]
pub struct Metadata {
    /// The file's name, without folders.
    pub file_name: String,
    /// The rest, as the parts of a form.
    pub form: Form,
}

/// Reads the header: pairs of a key and a value in Base64, with commas between them. `filename` (or `name`) is the file's
/// name; other keys are those of the parts of a form.
pub fn read(header: &str) -> ApiResult<Metadata> {
    if header.len() > LONGEST {
        return Err(refuse("longer than 32 KiB"));
    }
    let mut metadata = Metadata { file_name: String::new(), form: Form::default() };
    let mut seen = BTreeSet::new();
    let mut name = None;
    for pair in header.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        if !seen.insert(key) {
            return Err(refuse("a key stands there twice"));
        }
        let bytes = BASE64.decode(value.trim()).map_err(|_| refuse("a value is no Base64"))?;
        let text = String::from_utf8(bytes).map_err(|_| refuse("a value is no UTF-8"))?;
        if text.len() > MAX_TEXT {
            return Err(ApiError::bad_request(format!("`{key}` in `Upload-Metadata` is longer than {MAX_TEXT} bytes")));
        }
        if text.contains('\0') {
            return Err(ApiError::bad_request(format!("`{key}` in `Upload-Metadata` holds {NUL}")));
        }
        match key {
            "filename" => name = Some(text),
            "name" => name = name.or(Some(text)),
            _ => metadata.form.take(key, text)?,
        }
    }
    metadata.file_name = file_name(name.as_deref());
    metadata.form.overrides()?;
    Ok(metadata)
}

fn refuse(why: &'static str) -> ApiError {
    ApiError::bad_request("`Upload-Metadata` must be pairs of a key and a value in Base64, with commas between them")
        .because(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair(key: &str, value: &str) -> String {
        format!("{key} {}", BASE64.encode(value))
    }

    #[test]
    fn what_a_form_carries_is_carried() {
        let header = [
            pair("filename", "C:\\DCIM\\été.jpg"),
            pair("name", "other.jpg"),
            pair("filetype", "image/jpeg"),
            pair("isBlurred", "true"),
            pair("override_latitude", "48.5"),
            pair("override_longitude", "-2.5"),
            pair("override_Exif.Image.Artist", "Ada"),
            "empty".to_owned(),
        ];
        let read = read(&header.join(", ")).unwrap();
        assert_eq!(read.file_name, "été.jpg");
        assert!(read.form.claimed_blurred);
        let overrides = read.form.overrides().unwrap();
        assert_eq!((overrides.latitude, overrides.longitude), (Some(48.5), Some(-2.5)));
        assert_eq!(overrides.tags.len(), 1);
        assert_eq!(super::read("").unwrap().file_name, "picture.jpg");
        assert_eq!(super::read("filename YS5qcGc").unwrap().file_name, "a.jpg", "without padding");
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for bad in [
            "filename ???".to_owned(),
            "filename /w==".to_owned(),
            [pair("a", "1"), pair("a", "2")].join(","),
            pair("override_latitude", "48.5"),
            pair("override_latitude", "north"),
            pair("filename", "a\0b"),
            pair("x", &"y".repeat(9000)),
            "x".repeat(40_000),
        ] {
            assert!(read(&bad).is_err(), "{bad:.60}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(header in "[ -~]{0,200}") {
            let _ = read(&header);
        }

        #[test]
        fn names_come_back(name in "[^\0/\\\\\\p{C}]{1,60}") {
            prop_assume!(!name.trim().is_empty());
            prop_assert_eq!(read(&pair("filename", &name)).unwrap().file_name, name);
        }
    }
}
