//! Programs elsewhere that are told what changes.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Connection, Store, commit,
    dialect::{FOR_UPDATE, SKIP_LOCKED},
    erasure,
};
use crate::{
    Result, Webhooks,
    model::{AccountId, HeldWebhook, NewWebhook, Telling, Webhook, WebhookId},
    stored::rows::{micros, named, time},
};

const WEBHOOK: &str = "id, account_id, address, kinds, told, due_at, attempts, failing_since, message, stopped,
    delivered_at, created_at";

#[derive(sqlx::FromRow)]
struct WebhookRow {
    id: WebhookId,
    account_id: AccountId,
    address: String,
    kinds: String,
    told: i64,
    due_at: i64,
    attempts: i64,
    failing_since: Option<i64>,
    message: Option<String>,
    stopped: bool,
    delivered_at: Option<i64>,
    created_at: i64,
}

impl WebhookRow {
    fn webhook(self) -> Result<Webhook> {
        Ok(Webhook {
            id: self.id,
            account: self.account_id,
            address: self.address,
            kinds: self.kinds.split_whitespace().map(named).collect::<Result<_>>()?,
            created_at: time(self.created_at)?,
            told: self.told,
            attempts: self.attempts,
            failing_since: self.failing_since.map(time).transpose()?,
            due_at: time(self.due_at)?,
            message: self.message,
            stopped: self.stopped,
            delivered_at: self.delivered_at.map(time).transpose()?,
        })
    }
}

/// Forgets an account's webhooks.
pub async fn forget_of(connection: &mut Connection, account: AccountId) -> Result<()> {
    sqlx::query("DELETE FROM webhooks WHERE account_id = $1").bind(account).execute(connection).await?;
    Ok(())
}

#[async_trait]
impl Webhooks for Store {
    async fn add_webhook(&self, new: &NewWebhook, most: i64) -> Result<bool> {
        let mut tx = self.write().await?;
        // Holds the account, so that of two made at once the second is counted with the first.
        erasure::assert_not_erased(&mut tx, new.account).await?;
        let there: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM webhooks WHERE account_id = $1")
            .bind(new.account)
            .fetch_one(&mut *tx)
            .await?;
        if there >= most {
            return Ok(false);
        }
        let kinds: Vec<&str> = new.kinds.iter().map(|kind| kind.as_str()).collect();
        sqlx::query(
            "INSERT INTO webhooks (id, account_id, address, kinds, told, due_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $6)",
        )
        .bind(new.id)
        .bind(new.account)
        .bind(&new.address)
        .bind(kinds.join(" "))
        .bind(new.after)
        .bind(micros(new.created_at))
        .execute(&mut *tx)
        .await?;
        commit(tx).await?;
        Ok(true)
    }

    async fn webhook(&self, id: WebhookId) -> Result<Option<Webhook>> {
        let sql = format!("SELECT {WEBHOOK} FROM webhooks WHERE id = $1");
        sqlx::query_as::<_, WebhookRow>(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(&self.readers)
            .await?
            .map(WebhookRow::webhook)
            .transpose()
    }

    async fn webhooks(&self, account: AccountId) -> Result<Vec<Webhook>> {
        let sql = format!("SELECT {WEBHOOK} FROM webhooks WHERE account_id = $1 ORDER BY created_at, id");
        sqlx::query_as::<_, WebhookRow>(sqlx::AssertSqlSafe(sql))
            .bind(account)
            .fetch_all(&self.readers)
            .await?
            .into_iter()
            .map(WebhookRow::webhook)
            .collect()
    }

    async fn remove_webhook(&self, id: WebhookId) -> Result<bool> {
        let removed = sqlx::query("DELETE FROM webhooks WHERE id = $1").bind(id).execute(&self.writer).await?;
        Ok(removed.rows_affected() == 1)
    }

    async fn resume_webhook(&self, id: WebhookId, now: Timestamp) -> Result<bool> {
        // Whoever tells it just now keeps it: `due_at` of one that is held is when that ends.
        let resumed = sqlx::query(
            "UPDATE webhooks SET stopped = FALSE, attempts = 0, failing_since = NULL, message = NULL,
                 due_at = CASE WHEN holder IS NULL THEN $2 ELSE due_at END
             WHERE id = $1",
        )
        .bind(id)
        .bind(micros(now))
        .execute(&self.writer)
        .await?;
        Ok(resumed.rows_affected() == 1)
    }

    async fn take_webhook(
        &self,
        last: i64,
        holder: Uuid,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<HeldWebhook>> {
        // Looked for among the readers first: most often there is none, and writers do not wait for that.
        let due = "SELECT id FROM webhooks WHERE NOT stopped AND due_at <= $1 AND told < $2 ORDER BY due_at LIMIT 1";
        let any: Option<WebhookId> =
            sqlx::query_scalar(due).bind(micros(now)).bind(last).fetch_optional(&self.readers).await?;
        if any.is_none() {
            return Ok(None);
        }
        let sql = format!(
            "UPDATE webhooks SET holder = $3, due_at = $4 WHERE id = ({due} {FOR_UPDATE} {SKIP_LOCKED}) RETURNING {WEBHOOK}"
        );
        let taken: Option<WebhookRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(micros(now))
            .bind(last)
            .bind(holder)
            .bind(micros(until))
            .fetch_optional(&self.writer)
            .await?;
        let webhook = taken.map(WebhookRow::webhook).transpose()?;
        Ok(webhook.map(|webhook| HeldWebhook { webhook, holder }))
    }

    async fn note_telling(&self, held: &HeldWebhook, telling: &Telling, now: Timestamp) -> Result<bool> {
        let (id, holder, now) = (held.webhook.id, held.holder, micros(now));
        let query = match telling {
            Telling::Told { number, reached } => sqlx::query(
                "UPDATE webhooks SET told = $4, due_at = $3, holder = NULL, attempts = 0, failing_since = NULL,
                     message = NULL, delivered_at = CASE WHEN $5 THEN $3 ELSE delivered_at END
                 WHERE id = $1 AND holder = $2",
            )
            .bind(id)
            .bind(holder)
            .bind(now)
            .bind(number)
            .bind(reached),
            Telling::Later { message, .. } | Telling::Stopped { message } => {
                let again = if let Telling::Later { due_at, .. } = telling { Some(micros(*due_at)) } else { None };
                sqlx::query(
                    "UPDATE webhooks SET attempts = attempts + 1, failing_since = COALESCE(failing_since, $3), holder = NULL,
                         message = $4, due_at = COALESCE($5, due_at), stopped = $6
                     WHERE id = $1 AND holder = $2",
                )
                .bind(id)
                .bind(holder)
                .bind(now)
                .bind(message)
                .bind(again)
                .bind(again.is_none())
            }
        };
        Ok(query.execute(&self.writer).await?.rows_affected() == 1)
    }
}
