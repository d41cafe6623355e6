//! The fields of a patch: a JSON object, or a form.

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
};
use http::{StatusCode, header};
use serde_json::{Map, Value};

use crate::{ApiError, ApiResult, extract};

/// Most bytes of a body.
const LARGEST: usize = 1 << 20;
/// Most fields of a form.
const MOST_FIELDS: usize = 50;

/// What is to be changed, by name. Fields of a form are texts.
#[derive(Debug)]
pub struct Patch(pub Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Patch {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = media_type.unwrap_or("application/json").split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            let body = Bytes::from_request(request, state)
                .await
                .map_err(|_| ApiError::bad_request("the form did not come whole, or is too large"))?;
            return urlencoded(&body).map(Self);
        }
        if essence.eq_ignore_ascii_case("multipart/form-data") {
            let form = Multipart::from_request(request, state).await.map_err(|_| {
                ApiError::bad_request("the form has no boundary: let your HTTP library write its header")
            })?;
            return multipart(form).await.map(Self);
        }
        let extract::Json(fields) = extract::Json::<Map<String, Value>>::from_request(request, state).await?;
        Ok(Self(fields))
    }
}

fn urlencoded(body: &[u8]) -> ApiResult<Map<String, Value>> {
    let mut fields = Map::new();
    for (name, value) in url::form_urlencoded::parse(body) {
        put(&mut fields, &name, &value)?;
    }
    Ok(fields)
}

async fn multipart(mut form: Multipart) -> ApiResult<Map<String, Value>> {
    let refuse = |_| ApiError::bad_request("the form can't be read: it did not come whole, or is too large");
    let mut fields = Map::new();
    let mut size = 0;
    while let Some(field) = form.next_field().await.map_err(refuse)? {
        let name = field.name().unwrap_or_default().to_owned();
        let value = field.text().await.map_err(refuse)?;
        size += value.len();
        if size > LARGEST {
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "the form is too large for a patch"));
        }
        put(&mut fields, &name, &value)?;
    }
    Ok(fields)
}

fn put(fields: &mut Map<String, Value>, name: &str, value: &str) -> ApiResult<()> {
    if fields.len() >= MOST_FIELDS {
        return Err(ApiError::bad_request(format!("a form has at most {MOST_FIELDS} fields here")));
    }
    if name.contains('\0') || value.contains('\0') {
        return Err(ApiError::bad_request("the form holds a NUL character: take it out"));
    }
    fields.insert(name.to_owned(), Value::String(value.to_owned()));
    Ok(())
}
