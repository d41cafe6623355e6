//! Errors by meaning; what the database said goes along as the source, for the log.

/// Result of a repository method.
pub type Result<T, E = CatalogError> = std::result::Result<T, E>;

/// What can go wrong in a repository.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// A name or key that has to be unique is taken.
    #[error("{0} is already taken")]
    Conflict(&'static str),
    /// What the call refers to does not exist.
    #[error("{0} does not exist")]
    Missing(&'static str),
    /// No index leads to what is asked for, and nothing of it is among as much as may be looked at instead.
    #[error("too much would have to be looked at")]
    TooBroad,
    /// A row holds something this version cannot read.
    #[error("unreadable {what} in the catalog: {text}")]
    Corrupt {
        /// Which column or document.
        what: &'static str,
        /// What it holds, or why it cannot be read.
        text: String,
    },
    /// The database refused or is out of reach.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database schema could not be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

impl CatalogError {
    /// Whether it may work in a moment without anybody's doing, or once the operator has mended something outside: the
    /// database is away, starting, full or too busy. The same call may then be made again.
    pub fn passes(&self) -> bool {
        match self {
            Self::Database(error) => passes(error),
            _ => false,
        }
    }
}

fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => true,
        sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| code_passes(&code)),
        _ => false,
    }
}

/// By PostgreSQL's codes of five characters (class 08: connection, 40: serialisation and deadlock, 53: no resources, 55P03:
/// lock not to be had, 57: operator intervention, 58: system error), or SQLite's extended ones in decimal (their lowest byte
/// says 5: busy, 6: locked, 10: input or output failed, 13: full, 14: cannot be opened).
fn code_passes(code: &str) -> bool {
    if (code.len() == 5 && !code.starts_with('0')) || code.starts_with("08") {
        return ["08", "40", "53", "55P03", "57", "58"].iter().any(|class| code.starts_with(class));
    }
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13 | 14))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_away_full_or_busy_passes() {
        let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        for passing in [sqlx::Error::Io(broken), sqlx::Error::PoolTimedOut] {
            assert!(CatalogError::from(passing).passes());
        }
        for lasting in [CatalogError::Missing("it"), sqlx::Error::RowNotFound.into()] {
            assert!(!lasting.passes());
        }
        for code in ["08006", "40P01", "53100", "53300", "55P03", "57P01", "57P03", "5", "13", "2570", "517"] {
            assert!(code_passes(code), "{code}");
        }
        for code in ["23505", "42601", "22P02", "00000", "2067", "1555", "1", "19", ""] {
            assert!(!code_passes(code), "{code}");
        }
    }
}
