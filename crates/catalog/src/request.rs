//! The request on whose behalf something is done, so that the jobs it asks for can be traced back to it.

use std::future::Future;

tokio::task_local! {
    static REQUEST: String;
}

/// Runs the future as work for the request of this id: every job asked for meanwhile carries it.
pub async fn scope<F: Future>(id: String, future: F) -> F::Output {
    REQUEST.scope(id, future).await
}

/// The id of the request that this is done for, if it is done for one.
pub fn current() -> Option<String> {
    REQUEST.try_with(Clone::clone).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_id_is_known_within_its_scope_only() {
        assert_eq!(current(), None);
        assert_eq!(scope("a".to_owned(), async { current() }).await.as_deref(), Some("a"));
        assert_eq!(current(), None);
    }
}
