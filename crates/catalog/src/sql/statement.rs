//! Queries whose text depends on what is asked for.
//!
//! Limits are written `LIMIT +$1`, here and elsewhere: where SQLite finds a placeholder alone, it plans the statement anew for
//! each value.

use flaneur_access::Viewer;
use sqlx::{Arguments as _, Encode, Type};
use uuid::Uuid;

use super::{Connection, Db, dialect};
use crate::Result;

/// The values of a query whose text is put together piece by piece.
#[derive(Default)]
pub struct Values {
    arguments: <Db as sqlx::Database>::Arguments,
    viewer: Option<(String, String)>,
}

impl Values {
    /// Takes a value and answers its placeholder.
    pub fn bind<'v, T: Encode<'v, Db> + Type<Db>>(&mut self, value: T) -> Result<String> {
        self.arguments.add(value).map_err(sqlx::Error::Encode)?;
        Ok(format!("${}", self.arguments.len()))
    }

    /// A subquery of the given identifiers.
    pub fn ids(&mut self, ids: impl IntoIterator<Item = Uuid>) -> Result<String> {
        let list: Vec<String> = ids.into_iter().map(|id| id.simple().to_string()).collect();
        let placeholder = self.bind(sqlx::types::Json(list))?;
        Ok(dialect::id_list(&placeholder))
    }

    /// The condition that the picture of this alias is published and may be seen by the viewer. This is
    /// [`flaneur_access::Scope`] on the column `audience`.
    pub fn seen(&mut self, viewer: Viewer, alias: &str) -> Result<String> {
        let (level, own) = if let Some(placeholders) = &self.viewer {
            placeholders.clone()
        } else {
            let scope = viewer.scope();
            let level = if scope.everything { 2i64 } else { i64::from(scope.signed_in) };
            let placeholders = (self.bind(level)?, self.bind(scope.own)?);
            self.viewer.insert(placeholders).clone()
        };
        Ok(format!("{alias}.audience IS NOT NULL AND ({alias}.audience <= {level} OR {alias}.account_id = {own})"))
    }

    /// Runs the query. The text must hold nothing but what was written here and placeholders.
    pub async fn fetch_all<R>(self, connection: &mut Connection, sql: String) -> Result<Vec<R>>
    where
        R: for<'r> sqlx::FromRow<'r, <Db as sqlx::Database>::Row> + Send + Unpin,
    {
        Ok(sqlx::query_as_with(sqlx::AssertSqlSafe(sql), self.arguments).fetch_all(connection).await?)
    }
}
