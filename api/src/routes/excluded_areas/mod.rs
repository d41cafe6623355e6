//! `/configuration/excluded_areas` and `/users/me/excluded_areas`: areas of which there are to be no pictures, on the whole
//! instance or of one account.

use axum::{
    extract::DefaultBodyLimit,
    response::{IntoResponse as _, Response},
};
use flaneur_catalog::model::{Account, AreaId, AreaLimits, AreaReceipt, AreaRevision, ExcludedArea, JobId};
use http::{HeaderValue, header};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Api, ApiError, ApiResult, Identity};

mod add;
mod change;
mod feature;
mod list;
mod my_add;
mod my_change;
mod my_list;
mod my_remove;
mod remove;
mod replace;

#[cfg(test)]
mod tests;

pub(crate) use feature::Feature;

/// Largest body of one area, and of all the instance's, bytes. A position takes about 40 as programs write them.
const MOST_OF_ONE: usize = 1 << 20;
const MOST_OF_ALL: usize = 16 << 20;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    let ones = OpenApiRouter::new()
        .routes(routes!(list::list, add::add))
        .routes(routes!(change::change, remove::remove))
        .routes(routes!(my_list::list, my_add::add))
        .routes(routes!(my_change::change, my_remove::remove))
        .layer(DefaultBodyLimit::max(MOST_OF_ONE));
    let all = OpenApiRouter::new().routes(routes!(replace::replace)).layer(DefaultBodyLimit::max(MOST_OF_ALL));
    ones.merge(all)
}

/// The administrator who asks.
fn administrator(identity: &Identity) -> ApiResult<&Account> {
    identity.require_admin("You must be logged-in as admin to edit excluded areas")
}

/// Adds an area, and answers it.
async fn add_to(api: &Api, area: ExcludedArea, most: AreaLimits) -> ApiResult<Response> {
    match api.catalog.add_area(area.clone(), most, JobId(api.world.id())).await? {
        AreaReceipt::Added => answer(&Feature::from(area)),
        AreaReceipt::TooMany => Err(ApiError::conflict(format!(
            "there are {} excluded areas, as many as there may be: delete one first, or draw several as one MultiPolygon",
            most.areas
        ))),
        AreaReceipt::TooDetailed => Err(too_detailed(most)),
    }
}

/// Puts an area in the place of the one of its id, and answers it.
async fn change_to(api: &Api, area: ExcludedArea, most: AreaLimits) -> ApiResult<Response> {
    match api.catalog.change_area(area, most, JobId(api.world.id()), api.world.now()).await? {
        AreaRevision::Changed(area) => answer(&Feature::from(*area)),
        AreaRevision::Missing => Err(missing()),
        AreaRevision::TooDetailed => Err(too_detailed(most)),
    }
}

fn too_detailed(most: AreaLimits) -> ApiError {
    ApiError::conflict(format!(
        "with this one, the excluded areas would have more than {} positions, which is all that they may have together: \
         draw it coarser, or delete one first",
        most.positions
    ))
}

/// An id of an area, as a path has it.
fn area_id(text: &str) -> ApiResult<AreaId> {
    text.parse().map_err(|_| missing())
}

fn missing() -> ApiError {
    ApiError::not_found("Excluded area doesn't exist")
}

/// A change that was made, as GeoJSON.
fn answer(document: &impl Serialize) -> ApiResult<Response> {
    let body = serde_json::to_vec(document).map_err(|error| ApiError::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/geo+json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, body).into_response())
}
