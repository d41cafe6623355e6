//! The `OpenAPI` document's frame; paths come from the handlers.

mod security;

use http::{Method, StatusCode};
use utoipa::{
    OpenApi,
    openapi::{
        ContentBuilder, KnownFormat, ObjectBuilder, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder, Schema,
        SchemaFormat, Type,
        path::{Operation, ParameterIn, PathItem},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Flaneur API",
        description = "Street-level pictures as a STAC API, in the dialect of Panoramax: upload, search, walk, manage.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/api")),
    components(schemas(crate::error::ErrorBody))
)]
struct Frame;

pub fn base() -> Document {
    let mut document = Frame::openapi();
    security::add_schemes(document.components.get_or_insert_default());
    document
}

/// Every operation of a path with its method.
pub fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let all = [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::PATCH, &mut item.patch),
        (Method::DELETE, &mut item.delete),
        (Method::HEAD, &mut item.head),
        (Method::OPTIONS, &mut item.options),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Adds what is answered before a handler, or beside it, by rules that are the same for all of them; and who may ask, by those that
/// requests are checked by. `anonymous_uploads`: whether nobodies may send pictures here.
pub fn complete(document: &mut Document, anonymous_uploads: bool) {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            say_bytes(operation);
            let tus = path.contains("/tus");
            security::say_who_asks(&method, path, operation, anonymous_uploads);
            for (status, description) in usual(&method, tus, operation) {
                let key = status.as_u16().to_string();
                let response = match status {
                    StatusCode::PARTIAL_CONTENT => part(description),
                    status if status.is_client_error() => refusal(description),
                    _ => bare(description),
                };
                operation.responses.responses.entry(key).or_insert(RefOr::T(response));
            }
        }
    }
}

/// Says that files are bytes: utoipa makes a list of numbers of `[u8]`, and generators of clients believe it.
fn say_bytes(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        for (media_type, content) in &mut response.content {
            if let RefOr::T(content) = content
                && matches!(content.schema, Some(RefOr::T(Schema::Array(_))))
                && !media_type.ends_with("json")
            {
                content.schema = Some(bytes().into());
            }
        }
    }
}

fn bytes() -> Schema {
    let format = SchemaFormat::KnownFormat(KnownFormat::Binary);
    ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
}

/// What may be answered to an operation besides what its handler says.
fn usual(method: &Method, tus: bool, operation: &Operation) -> Vec<(StatusCode, &'static str)> {
    let mut usual = vec![
        (StatusCode::UNAUTHORIZED, "The token does not hold, or there is none where one is needed"),
        (StatusCode::FORBIDDEN, "The token is made for something else, or nobody has claimed it; or you may not"),
    ];
    let asks = operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.parameter_in == ParameterIn::Query,
        RefOr::Ref(_) => true,
    });
    if asks || operation.request_body.is_some() {
        usual.push((StatusCode::BAD_REQUEST, "What was sent can't be read, or makes no sense"));
    }
    if operation.request_body.is_some() {
        usual.push((StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"));
        usual.push((StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is of another media type"));
    }
    if tus {
        usual.push((StatusCode::PRECONDITION_FAILED, "`Tus-Resumable: 1.0.0` is missing"));
    }
    if *method == Method::GET && answers(operation, "") {
        usual.push((StatusCode::NOT_MODIFIED, "It is as `If-None-Match` says"));
    }
    if *method == Method::GET && answers(operation, "image/jpeg") {
        usual.push((StatusCode::PARTIAL_CONTENT, "The bytes that `Range` asks for"));
        usual.push((StatusCode::RANGE_NOT_SATISFIABLE, "There are no such bytes"));
    }
    usual
}

/// Whether a success has a body of this media type; of any, if that is empty.
fn answers(operation: &Operation, media_type: &str) -> bool {
    operation.responses.responses.get("200").is_some_and(|response| match response {
        RefOr::T(response) => response.content.keys().any(|key| media_type.is_empty() || key == media_type),
        RefOr::Ref(_) => false,
    })
}

fn bare(description: &str) -> Response {
    ResponseBuilder::new().description(description).build()
}

fn part(description: &str) -> Response {
    let body = ContentBuilder::new().schema(Some(bytes())).build();
    ResponseBuilder::new().description(description).content("image/jpeg", body).build()
}

fn refusal(description: &str) -> Response {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("ErrorBody"))).build();
    ResponseBuilder::new().description(description).content("application/json", body).build()
}
