//! Randomness that can be taken up anywhere: a generator for each thing, told by what it is and its number.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// What a generator is for, so that things of one number differ.
#[derive(Debug, Clone, Copy)]
pub enum For {
    /// The list of cities.
    Cities,
    /// The list of accounts.
    Accounts,
    /// Where nothing is to be shown.
    Areas,
    /// An upload set.
    Set,
    /// A crossing of a city's streets.
    Crossing,
    /// A street between two crossings.
    Street,
    /// A road out of town.
    Road,
}

/// A number that follows from others and looks as if it did not (the finaliser of `SplitMix64`, once for each).
pub fn mix(seed: u64, of: For, numbers: &[i64]) -> u64 {
    let scatter = |state: u64| {
        let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^ (state >> 31)
    };
    let first = scatter(seed ^ scatter(of as u64));
    numbers.iter().fold(first, |state, number| scatter(state ^ (*number as u64)))
}

/// The same as a part of one, [0, 1).
pub fn part(seed: u64, of: For, numbers: &[i64]) -> f64 {
    (mix(seed, of, numbers) >> 11) as f64 / (1u64 << 53) as f64
}

/// A generator of its own.
pub fn generator(seed: u64, of: For, numbers: &[i64]) -> StdRng {
    StdRng::seed_from_u64(mix(seed, of, numbers))
}

/// A number around 0 with the standard deviation 1: the sum of twelve even ones, which never goes beyond 6.
pub fn bell(random: &mut StdRng) -> f64 {
    (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0
}

/// Shares of a whole that fall off by a power law (Zipf): the share of rank n goes with n^-exponent.
#[derive(Debug, Clone)]
pub struct PowerLaw {
    /// The sum of shares up to each rank.
    sums: Vec<f64>,
}

impl PowerLaw {
    /// For so many ranks, at least one.
    pub fn new(ranks: usize, exponent: f64) -> Self {
        let mut sum = 0.0;
        let sums = (1..=ranks.max(1)).map(|rank| {
            sum += (rank as f64).powf(-exponent);
            sum
        });
        Self { sums: sums.collect() }
    }

    fn whole(&self) -> f64 {
        self.sums.last().copied().unwrap_or(1.0)
    }

    /// The share of a rank, counted from 0.
    pub fn share(&self, rank: usize) -> f64 {
        let below = rank.checked_sub(1).and_then(|before| self.sums.get(before)).copied().unwrap_or(0.0);
        self.sums.get(rank).map_or(0.0, |sum| (sum - below) / self.whole())
    }

    /// A rank, each as often as its share is large.
    pub fn draw(&self, random: &mut StdRng) -> usize {
        let at = random.random::<f64>() * self.whole();
        self.sums.partition_point(|sum| *sum <= at).min(self.sums.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_goes_with_its_share() {
        let law = PowerLaw::new(50, 1.0);
        let mut random = generator(1, For::Set, &[]);
        let mut counts = [0_u32; 50];
        for _ in 0..20_000 {
            counts[law.draw(&mut random)] += 1;
        }
        for (rank, count) in counts.iter().enumerate() {
            let expected = law.share(rank) * 20_000.0;
            let deviation = (f64::from(*count) - expected).abs() / expected.sqrt();
            assert!(deviation < 5.0, "{rank}: {count} of {expected}");
        }
        let whole: f64 = (0..50).map(|rank| law.share(rank)).sum();
        assert!((whole - 1.0).abs() < 1e-9, "{whole}");
    }

    #[test]
    fn numbers_near_each_other_give_numbers_apart() {
        let values: std::collections::BTreeSet<u64> =
            (-50..50).flat_map(|x| (-50..50).map(move |y| mix(7, For::Crossing, &[x, y]))).collect();
        assert_eq!(values.len(), 10_000);
        assert_ne!(mix(7, For::Crossing, &[1]), mix(7, For::Street, &[1]));
        let parts: f64 = (0..10_000).map(|n| part(7, For::Road, &[n])).sum();
        assert!((parts / 10_000.0 - 0.5).abs() < 0.02, "{parts}");
    }

    #[test]
    fn a_bell_is_as_wide_as_it_says() {
        let mut random = generator(3, For::Set, &[]);
        let values: Vec<f64> = (0..10_000).map(|_| bell(&mut random)).collect();
        let squares: f64 = values.iter().map(|value| value * value).sum();
        assert!((squares / 10_000.0 - 1.0).abs() < 0.05, "{squares}");
    }
}
