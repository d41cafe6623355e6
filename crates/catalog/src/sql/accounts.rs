//! Accounts and what lets someone act for one.

use async_trait::async_trait;
use flaneur_access::TokenScopes;
use jiff::Timestamp;

use super::{Connection, Store, at_least_none, commit, dialect, explain};
use crate::{
    Accounts, CatalogError, Result,
    model::{
        Account, AccountChoices, AccountId, Claim, Invite, NewAccount, NewInvite, NewToken, Rights, Session, Token,
        TokenId,
    },
    stored::rows::{micros, named, time},
};

#[derive(sqlx::FromRow)]
struct AccountRow {
    id: AccountId,
    name: String,
    admin: bool,
    created_at: i64,
}

impl AccountRow {
    fn account(self) -> Result<Account> {
        Ok(Account { id: self.id, name: self.name, admin: self.admin, created_at: time(self.created_at)? })
    }
}

#[derive(sqlx::FromRow)]
struct ChoicesRow {
    collaborative_metadata: Option<bool>,
    default_visibility: Option<String>,
    #[sqlx(flatten)]
    rights: Rights,
}

impl ChoicesRow {
    fn choices(self) -> Result<AccountChoices> {
        Ok(AccountChoices {
            collaborative_metadata: self.collaborative_metadata,
            default_visibility: self.default_visibility.as_deref().map(named).transpose()?,
            rights: self.rights,
        })
    }
}

fn scopes(text: &str) -> Result<TokenScopes> {
    text.parse().map_err(|_| CatalogError::Corrupt { what: "scopes of a token", text: text.to_owned() })
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: TokenId,
    account_id: Option<AccountId>,
    description: String,
    created_at: i64,
    expires_at: Option<i64>,
    scopes: Option<String>,
}

impl TokenRow {
    fn token(self) -> Result<Token> {
        Ok(Token {
            id: self.id,
            account: self.account_id,
            description: self.description,
            created_at: time(self.created_at)?,
            expires_at: self.expires_at.map(time).transpose()?,
            scopes: self.scopes.as_deref().map(scopes).transpose()?,
        })
    }
}

pub async fn insert(connection: &mut Connection, new: NewAccount) -> Result<Account> {
    sqlx::query("INSERT INTO accounts (id, name, name_key, admin, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(new.id)
        .bind(&new.name)
        .bind(new.name.to_ascii_lowercase())
        .bind(new.admin)
        .bind(micros(new.created_at))
        .execute(connection)
        .await
        .map_err(|error| explain(error, "the account's name", "the account"))?;
    Ok(Account { id: new.id, name: new.name, admin: new.admin, created_at: new.created_at })
}

pub async fn by_id(connection: &mut Connection, id: AccountId) -> Result<Option<Account>> {
    sqlx::query_as::<_, AccountRow>(
        "SELECT id, name, admin, created_at FROM accounts WHERE id = $1 AND erased_at IS NULL",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?
    .map(AccountRow::account)
    .transpose()
}

pub async fn by_name(connection: &mut Connection, name: &str) -> Result<Option<Account>> {
    sqlx::query_as::<_, AccountRow>(
        "SELECT id, name, admin, created_at FROM accounts WHERE name_key = $1 AND erased_at IS NULL",
    )
    .bind(name.to_ascii_lowercase())
    .fetch_optional(connection)
    .await?
    .map(AccountRow::account)
    .transpose()
}

#[async_trait]
impl Accounts for Store {
    async fn create_account(&self, new: NewAccount) -> Result<Account> {
        let mut tx = self.write().await?;
        let account = insert(&mut tx, new).await?;
        commit(tx).await?;
        Ok(account)
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>> {
        by_id(&mut *self.readers.acquire().await?, id).await
    }

    async fn account_by_name(&self, name: &str) -> Result<Option<Account>> {
        by_name(&mut *self.readers.acquire().await?, name).await
    }

    async fn search_accounts(&self, text: &str, limit: i64) -> Result<Vec<Account>> {
        let sql = format!(
            "SELECT id, name, admin, created_at FROM accounts WHERE {position}(name_key, $1) > 0 AND erased_at IS NULL
             ORDER BY CASE WHEN name_key = $1 THEN 0 ELSE 1 END, name_key LIMIT +$2",
            position = dialect::POSITION,
        );
        sqlx::query_as::<_, AccountRow>(sqlx::AssertSqlSafe(sql))
            .bind(text.to_ascii_lowercase())
            .bind(at_least_none(limit))
            .fetch_all(&self.readers)
            .await?
            .into_iter()
            .map(AccountRow::account)
            .collect()
    }

    async fn accounts(&self, after: Option<&str>, limit: i64) -> Result<Vec<Account>> {
        sqlx::query_as::<_, AccountRow>(
            "SELECT id, name, admin, created_at FROM accounts WHERE name_key > $1 AND erased_at IS NULL ORDER BY name_key LIMIT +$2",
        )
        // No name is empty.
        .bind(after.unwrap_or_default().to_ascii_lowercase())
        .bind(at_least_none(limit))
        .fetch_all(&self.readers)
        .await?
        .into_iter()
        .map(AccountRow::account)
        .collect()
    }

    async fn has_accounts(&self) -> Result<bool> {
        Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM accounts WHERE erased_at IS NULL)")
            .fetch_one(&self.readers)
            .await?)
    }

    async fn choices(&self, id: AccountId) -> Result<AccountChoices> {
        let chosen: Option<ChoicesRow> = sqlx::query_as(
            "SELECT collaborative_metadata, default_visibility, license, attribution FROM accounts WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.readers)
        .await?;
        chosen.map_or_else(|| Ok(AccountChoices::default()), ChoicesRow::choices)
    }

    async fn set_choices(&self, id: AccountId, choices: AccountChoices) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query(
            "UPDATE accounts SET collaborative_metadata = $2, default_visibility = $3, license = $4, attribution = $5
             WHERE id = $1",
        )
        .bind(id)
        .bind(choices.collaborative_metadata)
        .bind(choices.default_visibility.map(flaneur_access::Visibility::as_str))
        .bind(choices.rights.license)
        .bind(choices.rights.attribution)
        .execute(&mut *tx)
        .await?;
        commit(tx).await?;
        Ok(())
    }

    async fn create_token(&self, new: NewToken) -> Result<Token> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO tokens (id, account_id, description, created_at, expires_at, scopes) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(new.id)
        .bind(new.account)
        .bind(&new.description)
        .bind(micros(new.created_at))
        .bind(new.expires_at.map(micros))
        .bind(new.scopes.map(|scopes| scopes.to_string()))
        .execute(&mut *tx)
        .await
        .map_err(|error| explain(error, "the token's id", "the account"))?;
        commit(tx).await?;
        let NewToken { id, account, description, created_at, expires_at, scopes } = new;
        Ok(Token { id, account, description, created_at, expires_at, scopes })
    }

    async fn token(&self, id: TokenId) -> Result<Option<Token>> {
        sqlx::query_as::<_, TokenRow>(
            "SELECT id, account_id, description, created_at, expires_at, scopes FROM tokens WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.readers)
        .await?
        .map(TokenRow::token)
        .transpose()
    }

    async fn tokens(&self, account: AccountId) -> Result<Vec<Token>> {
        sqlx::query_as::<_, TokenRow>(
            "SELECT id, account_id, description, created_at, expires_at, scopes FROM tokens
             WHERE account_id = $1 ORDER BY created_at, id",
        )
        .bind(account)
        .fetch_all(&self.readers)
        .await?
        .into_iter()
        .map(TokenRow::token)
        .collect()
    }

    async fn claim_token(&self, id: TokenId, account: AccountId) -> Result<Claim> {
        let mut tx = self.write().await?;
        let claimed =
            sqlx::query("UPDATE tokens SET account_id = $2 WHERE id = $1 AND (account_id IS NULL OR account_id = $2)")
                .bind(id)
                .bind(account)
                .execute(&mut *tx)
                .await
                .map_err(|error| explain(error, "the token", "the account"))?;
        if claimed.rows_affected() == 1 {
            commit(tx).await?;
            return Ok(Claim::Claimed);
        }
        let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM tokens WHERE id = $1)")
            .bind(id)
            .fetch_one(&mut *tx)
            .await?;
        Ok(if there { Claim::Taken } else { Claim::Missing })
    }

    async fn revoke_token(&self, id: TokenId, account: AccountId) -> Result<bool> {
        let mut tx = self.write().await?;
        let revoked = sqlx::query("DELETE FROM tokens WHERE id = $1 AND account_id = $2")
            .bind(id)
            .bind(account)
            .execute(&mut *tx)
            .await?;
        commit(tx).await?;
        Ok(revoked.rows_affected() == 1)
    }

    async fn drop_unclaimed_tokens(&self, before: Timestamp) -> Result<u64> {
        let mut tx = self.write().await?;
        let dropped = sqlx::query("DELETE FROM tokens WHERE account_id IS NULL AND created_at < $1")
            .bind(micros(before))
            .execute(&mut *tx)
            .await?;
        commit(tx).await?;
        Ok(dropped.rows_affected())
    }

    async fn create_invite(&self, new: NewInvite) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO invites (code_sha256, name, admin, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(new.code_sha256)
        .bind(new.name)
        .bind(new.admin)
        .bind(micros(new.created_at))
        .bind(micros(new.expires_at))
        .execute(&mut *tx)
        .await
        .map_err(|error| explain(error, "the invite's code", "the invite"))?;
        commit(tx).await
    }

    async fn redeem_invite(&self, code_sha256: &[u8], new_id: AccountId, now: Timestamp) -> Result<Invite> {
        let mut tx = self.write().await?;
        let invite: Option<(String, bool)> = sqlx::query_as(
            "UPDATE invites SET redeemed_at = $2
             WHERE code_sha256 = $1 AND redeemed_at IS NULL AND expires_at > $2 RETURNING name, admin",
        )
        .bind(code_sha256)
        .bind(micros(now))
        .fetch_optional(&mut *tx)
        .await?;
        let Some((name, admin)) = invite else {
            return Ok(Invite::Invalid);
        };
        let account = match by_name(&mut tx, &name).await? {
            None => insert(&mut tx, NewAccount { id: new_id, name, admin, created_at: now }).await?,
            Some(account) if admin && !account.admin => {
                sqlx::query("UPDATE accounts SET admin = TRUE WHERE id = $1")
                    .bind(account.id)
                    .execute(&mut *tx)
                    .await?;
                Account { admin, ..account }
            }
            Some(account) => account,
        };
        commit(tx).await?;
        Ok(Invite::Redeemed(account))
    }

    async fn create_session(&self, session: Session, now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM sessions WHERE expires_at <= $1").bind(micros(now)).execute(&mut *tx).await?;
        sqlx::query("INSERT INTO sessions (secret_sha256, account_id, expires_at) VALUES ($1, $2, $3)")
            .bind(session.secret_sha256)
            .bind(session.account)
            .bind(micros(session.expires_at))
            .execute(&mut *tx)
            .await
            .map_err(|error| explain(error, "the session's secret", "the account"))?;
        commit(tx).await
    }

    async fn session(&self, secret_sha256: &[u8], now: Timestamp) -> Result<Option<Account>> {
        sqlx::query_as::<_, AccountRow>(
            "SELECT a.id, a.name, a.admin, a.created_at FROM sessions s JOIN accounts a ON a.id = s.account_id
             WHERE s.secret_sha256 = $1 AND s.expires_at > $2 AND a.erased_at IS NULL",
        )
        .bind(secret_sha256)
        .bind(micros(now))
        .fetch_optional(&self.readers)
        .await?
        .map(AccountRow::account)
        .transpose()
    }

    async fn end_session(&self, secret_sha256: &[u8]) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM sessions WHERE secret_sha256 = $1").bind(secret_sha256).execute(&mut *tx).await?;
        commit(tx).await
    }

    async fn secret(&self, name: &str, candidate: &[u8]) -> Result<Vec<u8>> {
        let mut tx = self.write().await?;
        sqlx::query("INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(candidate)
            .execute(&mut *tx)
            .await?;
        let kept =
            sqlx::query_scalar("SELECT value FROM secrets WHERE name = $1").bind(name).fetch_one(&mut *tx).await?;
        commit(tx).await?;
        Ok(kept)
    }
}
