//! Where the catalog is, and opening it.

use std::{path::PathBuf, sync::Arc};

use crate::{Catalog, Result, postgres::PostgresCatalog, sqlite::SqliteCatalog};

/// The text is not the address of a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")]
pub struct UnreadableUrl;

/// Where the catalog is: `sqlite:PATH`, or `postgres://…` (`postgresql://…`). Shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server, as the URL that libpq understands.
    Postgres(String),
}

impl std::str::FromStr for DatabaseUrl {
    type Err = UnreadableUrl;

    fn from_str(text: &str) -> Result<Self, UnreadableUrl> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() { Err(UnreadableUrl) } else { Ok(Self::Sqlite(path.into())) };
        }
        let server = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        if server { Ok(Self::Postgres(text.to_owned())) } else { Err(UnreadableUrl) }
    }
}

impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => f.write_str(&without_password(url)),
        }
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// The URL with `***` in place of a password, in its authority and in its query.
fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (authority, path) = rest.find(['/', '?']).map_or((rest, ""), |at| rest.split_at(at));
    let authority = match authority.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((name, _)) => format!("{name}:***@{host}"),
            None => authority.to_owned(),
        },
        None => authority.to_owned(),
    };
    let path = match path.split_once('?') {
        Some((path, query)) => {
            let shown: Vec<&str> = query
                .split('&')
                .map(|pair| if pair.to_ascii_lowercase().starts_with("password=") { "password=***" } else { pair })
                .collect();
            format!("{path}?{}", shown.join("&"))
        }
        None => path.to_owned(),
    };
    format!("{scheme}://{authority}{path}")
}

/// Opens the catalog, and brings its schema up to date.
pub async fn open(url: &DatabaseUrl) -> Result<Arc<dyn Catalog>> {
    match url {
        DatabaseUrl::Sqlite(path) => Ok(Arc::new(SqliteCatalog::open(path).await?)),
        DatabaseUrl::Postgres(url) => Ok(Arc::new(PostgresCatalog::open(url).await?)),
    }
}

/// Names of migrations that [`open`] would apply; nothing is changed.
pub async fn pending_migrations(url: &DatabaseUrl) -> Result<Vec<String>> {
    match url {
        DatabaseUrl::Sqlite(path) => SqliteCatalog::pending_migrations(path).await,
        DatabaseUrl::Postgres(url) => PostgresCatalog::pending_migrations(url).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_passwords() {
        let shown = |text: &str| text.parse::<DatabaseUrl>().unwrap().to_string();
        assert_eq!(shown("postgres://ada:secret@db/flaneur"), "postgres://ada:***@db/flaneur");
        assert_eq!(
            shown("postgres://ada:s@cr:et@db/x?Password=b&sslmode=disable"),
            "postgres://ada:***@db/x?password=***&sslmode=disable"
        );
        assert_eq!(shown("postgresql://db/flaneur"), "postgresql://db/flaneur");
        assert_eq!(shown("sqlite:/var/lib/flaneur/catalog.db"), "sqlite:/var/lib/flaneur/catalog.db");
        assert_eq!("sqlite:///a/b".parse(), Ok(DatabaseUrl::Sqlite("/a/b".into())));
        for wrong in ["", "sqlite:", "mysql://x", "/var/lib/catalog.db"] {
            assert!(wrong.parse::<DatabaseUrl>().is_err(), "{wrong}");
        }
    }
}
