//! `/stats` and `/users/{id}/stats`: how much anybody may see. `/jobs/stats` and `/admin/stats`: how much there is, and is to be done.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use flaneur_access::Visibility;
use flaneur_catalog::{
    Catalog,
    model::{AccountId, Lately, PictureStatus, Published, PublishedMonth, QueueLine, SequenceStatus},
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    Api, ApiResult, Identity,
    error::ErrorBody,
    extract::Path,
    respond::{Members, Reply},
    stac::{collection::kilometres, utc},
    words,
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(published))
        .routes(routes!(published_by))
        .routes(routes!(jobs))
        .routes(routes!(instance))
}

/// How much anybody may see.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PublishedStatistics {
    /// Pictures.
    pictures: i64,
    /// Those of them that show all around.
    panoramas: i64,
    /// Sequences.
    sequences: i64,
    /// How long their tracks are, kilometres.
    length_km: f64,
    /// Accounts that have any.
    contributors: i64,
    /// Sequences by the month in which they begin where they were taken, the earliest first. Those that say no day are left out.
    months: Vec<MonthStatistics>,
}

/// Sequences that begin in a month.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct MonthStatistics {
    /// `YYYY-MM`.
    #[schema(example = "2024-05")]
    month: String,
    /// Their pictures.
    pictures: i64,
    /// How many there are.
    sequences: i64,
    /// How long their tracks are, kilometres.
    length_km: f64,
}

impl From<Published> for PublishedStatistics {
    fn from(found: Published) -> Self {
        Self {
            pictures: found.pictures,
            panoramas: found.panoramas,
            sequences: found.sequences,
            length_km: kilometres(found.length_m),
            contributors: found.contributors,
            months: found.months.into_iter().map(MonthStatistics::from).collect(),
        }
    }
}

impl From<PublishedMonth> for MonthStatistics {
    fn from(PublishedMonth { month, pictures, sequences, length_m }: PublishedMonth) -> Self {
        Self { month, pictures, sequences, length_km: kilometres(length_m) }
    }
}

/// What is to be done.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Jobs {
    /// Jobs that wait or are under way.
    total_jobs: i64,
    /// The same by kind, where there are any.
    jobs_groups: Vec<JobGroup>,
}

/// Jobs of a kind.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct JobGroup {
    /// The kind.
    #[schema(value_type = words::JobKind)]
    task: &'static str,
    /// Those that wait or are under way.
    nb_jobs: i64,
    /// Those that were given up.
    nb_errors: i64,
    /// When the longest waiting one of those that could be taken at once was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    min_task_inserted_at: Option<String>,
}

/// How much there is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Statistics {
    /// Accounts.
    accounts: AccountStatistics,
    /// Pictures.
    pictures: PictureStatistics,
    /// Sequences.
    sequences: SequenceStatistics,
    /// Jobs.
    jobs: JobStatistics,
}

/// How many accounts there are.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct AccountStatistics {
    /// All that were not erased.
    total: i64,
    /// Those that were made lately.
    new: NewLately,
}

/// How many pictures there are.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PictureStatistics {
    /// All that were not deleted.
    total: i64,
    /// By status; those that were deleted, too.
    #[schema(value_type = HashMap<String, i64>)]
    by_status: Members<i64>,
    /// Those that came lately.
    new: NewLately,
    /// Seconds since the latest came; null: none ever did.
    #[schema(required)]
    seconds_since_last_insert: Option<f64>,
}

/// How many sequences there are.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SequenceStatistics {
    /// All that were not deleted.
    total: i64,
    /// By status; those that were deleted, too.
    #[schema(value_type = HashMap<String, i64>)]
    by_status: Members<i64>,
    /// Those that were not deleted, by who sees them.
    #[schema(value_type = HashMap<String, i64>)]
    by_visibility: Members<i64>,
}

/// How many jobs there are.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct JobStatistics {
    /// Those that wait or are under way, by kind.
    #[schema(value_type = HashMap<String, i64>)]
    by_task: Members<i64>,
    /// Seconds since the longest waiting one of those that could be taken at once was asked for; null: there is none.
    #[schema(required)]
    oldest_due_job_age_seconds: Option<f64>,
}

/// How many came lately.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct NewLately {
    /// Within 24 hours.
    #[serde(rename = "1d")]
    day: i64,
    /// Within 7 times that.
    #[serde(rename = "7d")]
    week: i64,
    /// Within 30 times that.
    #[serde(rename = "30d")]
    month: i64,
}

impl From<Lately> for NewLately {
    fn from(Lately { day, week, month }: Lately) -> Self {
        Self { day, week, month }
    }
}

/// How much anybody may see
///
/// Pictures, sequences and contributors of the instance, and what was taken when. The same for everybody, whoever asks; it may be a
/// minute old.
#[utoipa::path(
    get, path = "/stats", tag = "Statistics",
    responses(
        (status = 200, description = "How much there is", body = PublishedStatistics,
            example = json!({"pictures": 12, "panoramas": 4, "sequences": 2, "length_km": 0.066, "contributors": 1,
                "months": [{"month": "2024-05", "pictures": 12, "sequences": 2, "length_km": 0.066}]})),
        (status = 304, description = "It is as `If-None-Match` says"),
    )
)]
async fn published(State(api): State<Api>, reply: Reply) -> ApiResult<Response> {
    reply.json(&*api.counted.instance(&*api.catalog, api.world.now()).await?)
}

/// How much of an account anybody may see
///
/// The same, of one account.
#[utoipa::path(
    get, path = "/users/{id}/stats", tag = "Statistics",
    params(("id" = Uuid, Path, description = "The account", example = "52864614-8ee3-4e42-9578-9ffa0a554f1f")),
    responses(
        (status = 200, description = "How much there is", body = PublishedStatistics),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 404, description = "There is no such user", body = ErrorBody),
    )
)]
async fn published_by(State(api): State<Api>, reply: Reply, Path(id): Path<Uuid>) -> ApiResult<Response> {
    let account = super::users::find(&api, AccountId(id)).await?;
    reply.json(&PublishedStatistics::from(api.catalog.published(Some(account.id)).await?))
}

/// What was last counted of the whole instance, which takes long where there is much, and is the same for all who ask.
#[derive(Debug, Default)]
pub struct Counted(tokio::sync::Mutex<Option<(Timestamp, Arc<PublishedStatistics>)>>);

/// For so long nothing is counted again.
const COUNTED_FOR: SignedDuration = SignedDuration::from_mins(1);

impl Counted {
    /// Those who ask meanwhile wait for the same answer.
    async fn instance(&self, catalog: &dyn Catalog, now: Timestamp) -> ApiResult<Arc<PublishedStatistics>> {
        let mut last = self.0.lock().await;
        if let Some((at, counted)) = &*last
            && now.duration_since(*at).abs() < COUNTED_FOR
        {
            return Ok(Arc::clone(counted));
        }
        let counted = Arc::new(PublishedStatistics::from(catalog.published(None).await?));
        *last = Some((now, Arc::clone(&counted)));
        Ok(counted)
    }
}

/// What is to be done
///
/// Jobs by kind: those that wait or are under way (`nb_jobs`), and those that were given up (`nb_errors`).
#[utoipa::path(
    get, path = "/jobs/stats", tag = "Statistics",
    responses(
        (status = 200, description = "The jobs", body = Jobs,
            example = json!({"total_jobs": 1, "jobs_groups": [{"task": "process", "nb_jobs": 1, "nb_errors": 0,
                "min_task_inserted_at": "2026-11-23T16:58:21.226413+00:00"}]})),
        (status = 304, description = "It is as `If-None-Match` says"),
    )
)]
async fn jobs(State(api): State<Api>, reply: Reply) -> ApiResult<Response> {
    let lines = api.catalog.queue().await?;
    let group = |line: &QueueLine| JobGroup {
        task: line.kind.as_str(),
        nb_jobs: pending(line),
        nb_errors: line.dead,
        min_task_inserted_at: line.oldest.map(utc),
    };
    reply.json(&Jobs {
        total_jobs: lines.iter().map(pending).sum(),
        jobs_groups: lines.iter().filter(|line| pending(line) + line.dead > 0).map(group).collect(),
    })
}

/// Jobs of a kind that are still to be done.
fn pending(line: &QueueLine) -> i64 {
    line.due + line.delayed + line.leased
}

/// How much there is
///
/// Counts of accounts, pictures, sequences and jobs, for dashboards; for administrators. At ten million pictures it takes about a
/// second.
#[utoipa::path(
    get, path = "/admin/stats", tag = "Statistics",
    responses(
        (status = 200, description = "The counts; `new` within one, seven and thirty days", body = Statistics),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "Only administrators see them", body = ErrorBody),
    )
)]
async fn instance(State(api): State<Api>, identity: Identity, reply: Reply) -> ApiResult<Response> {
    identity.require_admin("You're not authorized to read instance stats")?;
    let now = api.world.now();
    let found = api.catalog.statistics(now).await?;
    let queue = api.catalog.queue().await?;
    let oldest = queue.iter().filter_map(|line| line.oldest).min();
    reply.json(&Statistics {
        accounts: AccountStatistics { total: found.accounts, new: found.new_accounts.into() },
        pictures: PictureStatistics {
            total: without(&PictureStatus::Deleted, &found.pictures),
            by_status: by_name(PictureStatus::ALL.map(|each| (each.as_str(), each)), &found.pictures),
            new: found.new_pictures.into(),
            seconds_since_last_insert: found.last_picture.map(|at| seconds(at, now)),
        },
        sequences: SequenceStatistics {
            total: without(&SequenceStatus::Deleted, &found.sequences),
            by_status: by_name(SequenceStatus::ALL.map(|each| (each.as_str(), each)), &found.sequences),
            by_visibility: by_name(Visibility::ALL.map(|each| (each.as_str(), each)), &found.visibilities),
        },
        jobs: JobStatistics {
            by_task: queue.iter().map(|line| (line.kind.as_str(), pending(line))).collect(),
            oldest_due_job_age_seconds: oldest.map(|at| seconds(at, now)),
        },
    })
}

fn seconds(at: Timestamp, now: Timestamp) -> f64 {
    now.duration_since(at).as_secs_f64()
}

/// The sum of all but this.
fn without<T: PartialEq>(what: &T, counts: &[(T, i64)]) -> i64 {
    counts.iter().filter(|(other, _)| other != what).map(|(_, count)| count).sum()
}

/// Counts by the names of all that there may be.
fn by_name<T: PartialEq, const N: usize>(all: [(&'static str, T); N], counts: &[(T, i64)]) -> Members<i64> {
    let count = |what: &T| counts.iter().find(|(other, _)| other == what).map_or(0, |(_, count)| *count);
    all.into_iter().map(|(name, what)| (name, count(&what))).collect()
}

#[cfg(test)]
mod tests {
    use flaneur_access::Visibility;
    use jiff::SignedDuration;

    use crate::testing::{Recipe, fixture};

    #[tokio::test]
    async fn everybody_is_told_the_same() {
        let fixture = fixture().await;
        fixture.sequence_with(|recipe| Recipe { count: 2, ..recipe }).await;
        fixture.sequence_with(|recipe| Recipe { visibility: Visibility::OwnerOnly, ..recipe }).await;
        let owner = format!("/users/{}/stats", fixture.owner.account.id);
        for path in ["/stats", owner.as_str()] {
            for who in [None, Some(&fixture.owner), Some(&fixture.admin)] {
                let told = fixture.request("GET", path).of(who).send().await.json();
                let counts = ["pictures", "sequences", "contributors"].map(|name| told[name].as_i64().unwrap());
                assert_eq!(counts, [2, 1, 1], "{path}");
                assert_eq!(told["months"][0]["pictures"], 2);
            }
        }
        let admin = format!("/users/{}/stats", fixture.admin.account.id);
        let nothing = fixture.get(&admin).await.json();
        assert_eq!((&nothing["pictures"], &nothing["months"]), (&0.into(), &serde_json::json!([])));
        for id in ["00000000-0000-0000-0000-000000000000", "nope"] {
            assert_eq!(fixture.get(&format!("/users/{id}/stats")).await.status, 404, "{id}");
        }
    }

    #[tokio::test]
    async fn the_instance_is_not_counted_for_each_who_asks() {
        let fixture = fixture().await;
        let pictures = async || fixture.get("/stats").await.json()["pictures"].as_i64().unwrap();
        assert_eq!(pictures().await, 0);
        fixture.sequence_with(|recipe| Recipe { count: 2, ..recipe }).await;
        assert_eq!(pictures().await, 0);
        fixture.clock.advance(SignedDuration::from_secs(61));
        assert_eq!(pictures().await, 2);
    }

    #[tokio::test]
    async fn what_there_is_is_counted() {
        let fixture = fixture().await;
        fixture.sequence_with(|recipe| Recipe { count: 2, ..recipe }).await;
        for who in [None, Some(&fixture.owner)] {
            let status = fixture.request("GET", "/admin/stats").of(who).send().await.status;
            assert_eq!(status, if who.is_none() { 401 } else { 403 });
        }
        let stats = fixture.request("GET", "/admin/stats").of(Some(&fixture.admin)).send().await.json();
        assert_eq!((&stats["pictures"]["total"], &stats["pictures"]["by_status"]["ready"]), (&2.into(), &2.into()));
        assert_eq!(
            (&stats["sequences"]["by_visibility"]["anyone"], &stats["accounts"]["total"]),
            (&1.into(), &3.into())
        );
        assert_eq!(stats["jobs"]["by_task"]["process"], 0);
        assert!(stats["pictures"]["seconds_since_last_insert"].is_number());
        let jobs = fixture.get("/jobs/stats").await.json();
        let groups = jobs["jobs_groups"].as_array().unwrap();
        let sum: i64 = groups.iter().map(|group| group["nb_jobs"].as_i64().unwrap()).sum();
        assert_eq!(jobs["total_jobs"], sum);
    }
}
