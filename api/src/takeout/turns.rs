//! Bounds how many archives are made at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flaneur_catalog::model::AccountId;
use http::StatusCode;

use crate::{ApiError, ApiResult};

/// Archives that one process makes at once. Each takes up to some 30 MiB, and one more for each 6,000 pictures in it.
const MOST: usize = 4;

/// For whom archives are being made by this process.
#[derive(Debug, Default)]
pub struct Takeouts(Mutex<Vec<AccountId>>);

/// The right to make one; given back when dropped.
#[derive(Debug)]
pub struct Turn {
    takeouts: Arc<Takeouts>,
    account: AccountId,
}

impl Takeouts {
    fn running(&self) -> MutexGuard<'_, Vec<AccountId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins one on behalf of an account: one at a time (429), and [`MOST`] for all (503).
    pub(crate) fn begin(self: &Arc<Self>, account: AccountId) -> ApiResult<Turn> {
        let mut running = self.running();
        if running.contains(&account) {
            return Err(ApiError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "An archive is being made for you already: wait until it is finished, or give that download up",
            )
            .for_reason("too_many"));
        }
        if running.len() >= MOST {
            return Err(ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "As many archives are being made as the server makes at once: come back in some minutes",
            )
            .come_back_in(120));
        }
        running.push(account);
        Ok(Turn { takeouts: self.clone(), account })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.takeouts.running().retain(|account| *account != self.account);
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn one_for_each_and_a_few_for_all() {
        let takeouts = Arc::new(Takeouts::default());
        let account = |number: usize| AccountId(Uuid::from_u128(number as u128));
        let mut turns: Vec<Turn> = (0..MOST).map(|number| takeouts.begin(account(number)).unwrap()).collect();
        assert_eq!(takeouts.begin(account(0)).unwrap_err().status(), StatusCode::TOO_MANY_REQUESTS);
        let crowded = takeouts.begin(account(MOST)).unwrap_err().into_response();
        assert_eq!(
            (crowded.status(), &crowded.headers()["retry-after"]),
            (StatusCode::SERVICE_UNAVAILABLE, &"120".parse().unwrap())
        );
        turns.pop();
        takeouts.begin(account(MOST)).unwrap();
    }
}
