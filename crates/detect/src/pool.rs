//! A bounded pool: so many values at most, made when first needed.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Lends values to one holder at a time.
#[derive(Debug)]
pub(crate) struct Pool<T> {
    state: Mutex<State<T>>,
    returned: Condvar,
    limit: usize,
}

#[derive(Debug)]
struct State<T> {
    free: Vec<T>,
    /// Values that are free, lent or being made.
    count: usize,
}

impl<T> Pool<T> {
    /// A pool of at most `limit` values (at least one), with the first there already.
    pub(crate) fn new(first: T, limit: usize) -> Self {
        let state = State { free: vec![first], count: 1 };
        Self { state: Mutex::new(state), returned: Condvar::new(), limit: limit.max(1) }
    }

    // The lock is never held while a value works, so a panic leaves the counts right.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does `work` with a value of its own: a free one, else a new one from `make`, else it waits.
    /// A value whose work panics is not used again.
    pub(crate) fn with<R, E>(
        &self,
        make: impl FnOnce() -> Result<T, E>,
        work: impl FnOnce(&mut T) -> R,
    ) -> Result<R, E> {
        let (free, place) = self.enter();
        let mut value = match free {
            Some(value) => value,
            None => make()?,
        };
        let result = work(&mut value);
        place.give_back(value);
        Ok(result)
    }

    fn enter(&self) -> (Option<T>, Place<'_, T>) {
        let mut state = self.lock();
        loop {
            let free = state.free.pop();
            if free.is_none() {
                if state.count >= self.limit {
                    state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
                    continue;
                }
                state.count += 1;
            }
            return (free, Place { pool: self, kept: false });
        }
    }
}

/// The right to one of the pool's values; given up on drop unless the value came back.
struct Place<'a, T> {
    pool: &'a Pool<T>,
    kept: bool,
}

impl<T> Place<'_, T> {
    fn give_back(mut self, value: T) {
        self.pool.lock().free.push(value);
        self.kept = true;
    }
}

impl<T> Drop for Place<'_, T> {
    fn drop(&mut self) {
        if !self.kept {
            self.pool.lock().count -= 1;
        }
        self.pool.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use super::*;

    #[test]
    fn free_values_are_used_before_new_ones_are_made() {
        let pool = Pool::new(0, 4);
        let made = AtomicU32::new(0);
        for _ in 0..3 {
            assert_eq!(pool.with(|| Ok::<_, String>(made.fetch_add(1, Relaxed) + 1), |value| *value), Ok(0));
        }
        assert_eq!(made.load(Relaxed), 0);
    }

    #[test]
    fn as_many_as_allowed_work_at_once_and_the_rest_waits() {
        let pool = Pool::new(0, 2);
        let made = AtomicU32::new(0);
        let busy = Mutex::new((0, 0)); // now, most ever
        let both = Barrier::new(2);
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    pool.with(
                        || Ok::<_, String>(made.fetch_add(1, Relaxed) + 1),
                        |_| {
                            let mut now = busy.lock().unwrap();
                            now.0 += 1;
                            now.1 = now.1.max(now.0);
                            drop(now);
                            both.wait(); // passes only if two work at the same time
                            busy.lock().unwrap().0 -= 1;
                        },
                    )
                });
            }
        });
        assert_eq!(busy.lock().unwrap().1, 2);
        assert_eq!(made.load(Relaxed), 1);
    }

    #[test]
    fn failures_and_panics_leave_room_for_others() {
        let pool = Pool::new(0, 1);
        let panicked = catch_unwind(AssertUnwindSafe(|| pool.with(|| Ok::<_, String>(0), |_| panic!("broken"))));
        assert!(panicked.is_err());
        assert_eq!(pool.with(|| Err("no memory"), |value| *value), Err("no memory"));
        assert_eq!(pool.with(|| Ok::<_, String>(7), |value| *value), Ok(7));
    }
}
