//! Texts that administrators write for everybody, and who agreed to which.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Connection, Store, commit, explain};
use crate::{
    Pages, Result,
    model::{AccountId, PageName, PageSummary, PageText, TermsAnswer, TermsState},
    stored::rows::{micros, named, time},
};

/// The text in force: the last revision of its language.
const IN_FORCE: &str = "r.html IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM page_revisions n WHERE n.name = r.name AND n.language = r.language AND n.revision > r.revision)";

async fn has_text(connection: &mut Connection, name: PageName) -> Result<bool> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM page_revisions r WHERE r.name = $1 AND {IN_FORCE})");
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(name.as_str()).fetch_one(connection).await?)
}

/// How often a page was published.
async fn version(connection: &mut Connection, name: PageName) -> Result<i64> {
    let sql = "SELECT COALESCE(MAX(version), 0) FROM page_versions WHERE name = $1";
    Ok(sqlx::query_scalar(sql).bind(name.as_str()).fetch_one(connection).await?)
}

async fn publish(connection: &mut Connection, name: PageName, by: AccountId, now: Timestamp) -> Result<i64> {
    let next = version(connection, name).await? + 1;
    sqlx::query("INSERT INTO page_versions (name, version, account_id, published_at) VALUES ($1, $2, $3, $4)")
        .bind(name.as_str())
        .bind(next)
        .bind(by)
        .bind(micros(now))
        .execute(connection)
        .await
        .map_err(|error| explain(error, "the page's version", "the account"))?;
    Ok(next)
}

async fn state(connection: &mut Connection, account: AccountId) -> Result<TermsState> {
    if !has_text(connection, PageName::Terms).await? {
        return Ok(TermsState::default());
    }
    let (read, accepted): (i64, i64) = sqlx::query_as(
        "SELECT COALESCE(MAX(version), 0), COALESCE(MAX(CASE WHEN accepted_at IS NULL THEN 0 ELSE version END), 0)
         FROM terms_answers WHERE account_id = $1",
    )
    .bind(account)
    .fetch_one(&mut *connection)
    .await?;
    Ok(TermsState { version: version(connection, PageName::Terms).await?, read, accepted })
}

#[async_trait]
impl Pages for Store {
    async fn pages(&self) -> Result<Vec<PageSummary>> {
        let sql = format!(
            "SELECT r.name, r.language, (SELECT MAX(v.version) FROM page_versions v WHERE v.name = r.name)
             FROM page_revisions r WHERE {IN_FORCE} ORDER BY r.name, r.language"
        );
        let rows: Vec<(String, String, Option<i64>)> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.readers).await?;
        let mut pages: Vec<PageSummary> = Vec::new();
        for (name, language, version) in rows {
            let name = named(&name)?;
            match pages.last_mut().filter(|page| page.name == name) {
                Some(page) => page.languages.push(language),
                None => pages.push(PageSummary { name, languages: vec![language], version: version.unwrap_or(0) }),
            }
        }
        pages.sort_by_key(|page| page.name);
        Ok(pages)
    }

    async fn page(&self, name: PageName, language: &str) -> Result<Option<PageText>> {
        let sql = format!(
            "SELECT r.html, r.saved_at FROM page_revisions r WHERE r.name = $1 AND r.language = $2 AND {IN_FORCE}"
        );
        let row: Option<(String, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(name.as_str())
            .bind(language)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|(html, saved_at)| Ok(PageText { html, saved_at: time(saved_at)? })).transpose()
    }

    async fn write_page(
        &self,
        name: PageName,
        language: &str,
        html: Option<&str>,
        by: AccountId,
        now: Timestamp,
    ) -> Result<bool> {
        let mut tx = self.write().await?;
        let last: Option<(i64, Option<String>)> = sqlx::query_as(
            "SELECT revision, html FROM page_revisions WHERE name = $1 AND language = $2 ORDER BY revision DESC LIMIT 1",
        )
        .bind(name.as_str())
        .bind(language)
        .fetch_optional(&mut *tx)
        .await?;
        let (revision, before) = last.unwrap_or((0, None));
        if before.as_deref() == html {
            return Ok(html.is_some());
        }
        sqlx::query(
            "INSERT INTO page_revisions (name, language, revision, html, account_id, saved_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(name.as_str())
        .bind(language)
        .bind(revision + 1)
        .bind(html)
        .bind(by)
        .bind(micros(now))
        .execute(&mut *tx)
        .await
        .map_err(|error| explain(error, "the page's revision", "the account"))?;
        if html.is_some() && version(&mut tx, name).await? == 0 {
            publish(&mut tx, name, by, now).await?;
        }
        commit(tx).await?;
        Ok(true)
    }

    async fn publish_page(&self, name: PageName, by: AccountId, now: Timestamp) -> Result<Option<i64>> {
        let mut tx = self.write().await?;
        if !has_text(&mut tx, name).await? {
            return Ok(None);
        }
        let version = publish(&mut tx, name, by, now).await?;
        commit(tx).await?;
        Ok(Some(version))
    }

    async fn terms(&self, account: AccountId) -> Result<TermsState> {
        state(&mut *self.readers.acquire().await?, account).await
    }

    async fn answer_terms(&self, account: AccountId, accepted: bool, now: Timestamp) -> Result<Option<TermsState>> {
        let mut tx = self.write().await?;
        let before = state(&mut tx, account).await?;
        if before.version == 0 {
            return Ok(None);
        }
        sqlx::query(
            "INSERT INTO terms_answers (account_id, version, read_at, accepted_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (account_id, version) DO UPDATE SET accepted_at = COALESCE(terms_answers.accepted_at, excluded.accepted_at)",
        )
        .bind(account)
        .bind(before.version)
        .bind(micros(now))
        .bind(accepted.then(|| micros(now)))
        .execute(&mut *tx)
        .await
        .map_err(|error| explain(error, "the answer", "the account"))?;
        let after = state(&mut tx, account).await?;
        commit(tx).await?;
        Ok(Some(after))
    }

    async fn terms_answers(&self, account: AccountId) -> Result<Vec<TermsAnswer>> {
        let rows: Vec<(i64, i64, Option<i64>)> = sqlx::query_as(
            "SELECT version, read_at, accepted_at FROM terms_answers WHERE account_id = $1 ORDER BY version",
        )
        .bind(account)
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter()
            .map(|(version, read_at, accepted_at)| {
                Ok(TermsAnswer { version, read_at: time(read_at)?, accepted_at: accepted_at.map(time).transpose()? })
            })
            .collect()
    }
}
