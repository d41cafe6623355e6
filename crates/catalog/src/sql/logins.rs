//! Accounts that people have elsewhere and sign in with.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Connection, Store, Transaction, accounts, commit, explain};
use crate::{
    CatalogError, Logins, Result,
    model::{ANONYMOUS, Account, AccountId, Arrival, Link, Login, NewAccount, Person},
    stored::rows::{micros, time},
};

/// What an account is named whose owner's name elsewhere is none.
const NAMELESS: &str = "contributor";
/// Longest part of a name that is taken over, characters; a number may follow.
const NAME_LENGTH: usize = 90;
/// So often an account is tried to be made, where others take its name or the login meanwhile.
const ATTEMPTS: u32 = 5;

#[derive(sqlx::FromRow)]
struct LoginRow {
    issuer: String,
    subject: String,
    account_id: AccountId,
    name: String,
    created_at: i64,
    used_at: i64,
}

fn login(row: LoginRow) -> Result<Login> {
    Ok(Login {
        person: Person { issuer: row.issuer, subject: row.subject, name: row.name },
        account: row.account_id,
        created_at: time(row.created_at)?,
        used_at: time(row.used_at)?,
    })
}

/// The person, with a name that an account may have: white space and control characters made one space, and never empty.
fn plain(person: &Person) -> Person {
    let words =
        person.name.split(|char: char| char.is_whitespace() || char.is_control()).filter(|word| !word.is_empty());
    let name: String = words.collect::<Vec<_>>().join(" ").chars().take(NAME_LENGTH).collect();
    let name = name.trim_end();
    Person { name: if name.is_empty() { NAMELESS } else { name }.to_owned(), ..person.clone() }
}

/// The account of a known login, which was used now.
async fn known(connection: &mut Connection, person: &Person, now: Timestamp) -> Result<Option<Account>> {
    let account: Option<AccountId> = sqlx::query_scalar(
        "UPDATE logins SET used_at = $3, name = $4 WHERE issuer = $1 AND subject = $2 RETURNING account_id",
    )
    .bind(&person.issuer)
    .bind(&person.subject)
    .bind(micros(now))
    .bind(&person.name)
    .fetch_optional(&mut *connection)
    .await?;
    match account {
        None => Ok(None),
        Some(account) => accounts::by_id(connection, account).await,
    }
}

/// False if it is somebody's already.
async fn insert(connection: &mut Connection, person: &Person, account: AccountId, now: Timestamp) -> Result<bool> {
    let inserted = sqlx::query(
        "INSERT INTO logins (issuer, subject, account_id, name, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (issuer, subject) DO NOTHING",
    )
    .bind(&person.issuer)
    .bind(&person.subject)
    .bind(account)
    .bind(&person.name)
    .bind(micros(now))
    .execute(connection)
    .await
    .map_err(|error| explain(error, "the login", "the account"))?;
    Ok(inserted.rows_affected() == 1)
}

/// A name that nobody has: the person's, or that with a number.
async fn free_name(connection: &mut Connection, person: &Person, id: AccountId) -> Result<String> {
    let name = &person.name;
    for number in 1..100_u32 {
        let candidate = if number == 1 { name.clone() } else { format!("{name} {number}") };
        // Nobody becomes by their name who they are not.
        let means_somebody = candidate.eq_ignore_ascii_case(ANONYMOUS);
        if !means_somebody && accounts::by_name(connection, &candidate).await?.is_none() {
            return Ok(candidate);
        }
    }
    let id = id.0.simple().to_string();
    Ok(format!("{name} {}", id.get(24..).unwrap_or(&id)))
}

/// Makes an account and its login; none if somebody else made one for it meanwhile.
async fn make(mut tx: Transaction, person: &Person, id: AccountId, now: Timestamp) -> Result<Option<Account>> {
    let name = free_name(&mut tx, person, id).await?;
    let account = accounts::insert(&mut tx, NewAccount { id, name, admin: false, created_at: now }).await?;
    if !insert(&mut tx, person, id, now).await? {
        return Ok(None);
    }
    commit(tx).await?;
    Ok(Some(account))
}

#[async_trait]
impl Logins for Store {
    async fn arrive(&self, person: &Person, new: Option<AccountId>, now: Timestamp) -> Result<Arrival> {
        let person = &plain(person);
        let mut attempts = 0;
        loop {
            let mut tx = self.write().await?;
            if let Some(account) = known(&mut tx, person, now).await? {
                commit(tx).await?;
                return Ok(Arrival::Known(account));
            }
            let Some(id) = new else { return Ok(Arrival::Unknown) };
            attempts += 1;
            match make(tx, person, id, now).await {
                Ok(Some(account)) => return Ok(Arrival::Made(account)),
                // Somebody else was faster with the login, or with the name.
                Ok(None) | Err(CatalogError::Conflict(_)) if attempts < ATTEMPTS => {}
                Ok(None) => return Err(CatalogError::Conflict("the login")),
                Err(error) => return Err(error),
            }
        }
    }

    async fn link(&self, person: &Person, account: AccountId, now: Timestamp) -> Result<Link> {
        let person = &plain(person);
        let mut tx = self.write().await?;
        if insert(&mut tx, person, account, now).await? {
            commit(tx).await?;
            return Ok(Link::Linked);
        }
        let owner: Option<AccountId> =
            sqlx::query_scalar("SELECT account_id FROM logins WHERE issuer = $1 AND subject = $2")
                .bind(&person.issuer)
                .bind(&person.subject)
                .fetch_optional(&mut *tx)
                .await?;
        Ok(if owner == Some(account) { Link::Linked } else { Link::Taken })
    }

    async fn unlink(&self, account: AccountId, issuer: &str, subject: &str) -> Result<bool> {
        let mut tx = self.write().await?;
        let gone = sqlx::query("DELETE FROM logins WHERE issuer = $1 AND subject = $2 AND account_id = $3")
            .bind(issuer)
            .bind(subject)
            .bind(account)
            .execute(&mut *tx)
            .await?;
        commit(tx).await?;
        Ok(gone.rows_affected() == 1)
    }

    async fn logins(&self, account: AccountId) -> Result<Vec<Login>> {
        sqlx::query_as::<_, LoginRow>(
            "SELECT issuer, subject, account_id, name, created_at, used_at FROM logins
             WHERE account_id = $1 ORDER BY created_at, issuer, subject",
        )
        .bind(account)
        .fetch_all(&self.readers)
        .await?
        .into_iter()
        .map(login)
        .collect()
    }
}
