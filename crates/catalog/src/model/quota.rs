//! How much an account has, and may have.

/// What an account has here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Pictures that are not deleted, and files that are on their way.
    pub pictures: i64,
    /// Bytes of the files that they came in, and of those on their way.
    pub bytes: i64,
}

/// How much an account may have, where an operator said so of it: none as the instance has it, 0 as much as it likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, sqlx::FromRow)]
pub struct Quota {
    /// Pictures.
    #[sqlx(rename = "most_pictures")]
    pub pictures: Option<i64>,
    /// Bytes of the files that they came in.
    #[sqlx(rename = "most_bytes")]
    pub bytes: Option<i64>,
}
