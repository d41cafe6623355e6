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
