//! The request on whose behalf something is done. Its id goes along with a task, and into every job that is asked for
//! meanwhile, so that the log of a worker can be read beside that of the API.

tokio::task_local! {
    static REQUEST: String;
}

/// Does something on behalf of the request of this id.
pub async fn scope<F: Future>(id: String, future: F) -> F::Output {
    REQUEST.scope(id, future).await
}

/// The id of the request that this task works for, if there is one.
pub fn current() -> Option<String> {
    REQUEST.try_with(Clone::clone).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_id_holds_within_its_scope() {
        assert_eq!(current(), None);
        let seen =
            scope("a".to_owned(), async { (current(), scope("b".to_owned(), async { current() }).await, current()) });
        assert_eq!(seen.await, (Some("a".to_owned()), Some("b".to_owned()), Some("a".to_owned())));
        assert_eq!(current(), None);
    }
}
