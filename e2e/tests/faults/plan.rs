//! How much is done.

use std::time::Duration;

/// How much is done in each round.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Pictures sent.
    pub pictures: u32,
    /// How often a fault strikes.
    pub times: usize,
    /// For how long S3 holds its breath.
    pub pause: Duration,
}

impl Plan {
    /// As the environment says.
    pub fn of_environment() -> Self {
        let number = |name: &str, usual: u32| {
            std::env::var(name).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number")))
        };
        let plan = Self {
            pictures: number("FLANEUR_FAULT_PICTURES", 24),
            times: number("FLANEUR_FAULT_TIMES", 2) as usize,
            pause: Duration::from_secs(number("FLANEUR_FAULT_PAUSE", 8).into()),
        };
        assert!(plan.pictures >= 10 && plan.times >= 1, "too little to see anything: {plan:?}");
        plan
    }
}
