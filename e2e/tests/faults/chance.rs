//! Random moments that a seed repeats.

use std::{
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

/// A generator of numbers that look random: `SplitMix64` (Steele, Lea and Flood 2014).
#[derive(Debug)]
pub struct Chance(u64);

impl Chance {
    /// The seed that the environment names, or another one each time. It is printed either way.
    pub fn seed(of: &str) -> u64 {
        let named = std::env::var("FLANEUR_FAULT_SEED").ok();
        let seed = named.map_or_else(|| RandomState::new().hash_one(of), |text| text.parse().expect("a number"));
        println!("{of}: repeat with FLANEUR_FAULT_SEED={seed}");
        seed
    }

    /// The numbers of a seed; other ones for every purpose.
    pub fn new(seed: u64, purpose: &str) -> Self {
        // FNV-1a, which is the same in every version of everything.
        let salt = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(seed ^ salt)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// A short while: it shifts what follows against whatever the server does at regular intervals.
    pub fn moment(&mut self) -> Duration {
        Duration::from_millis(self.next() % 400)
    }

    /// In another order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }

    /// `number` points of progress, in order: after the first twentieth of all, and before the last fifth.
    pub fn points(&mut self, number: usize, all: usize) -> Vec<usize> {
        let (from, to) = (all / 20, all - all / 5);
        let mut points: Vec<usize> = (0..number).map(|_| from + self.below(to - from)).collect();
        points.sort_unstable();
        points
    }
}

#[test]
fn a_seed_repeats_and_purposes_differ() {
    let draw = |seed, purpose| Chance::new(seed, purpose).points(20, 200);
    assert_eq!(draw(1, "a"), draw(1, "a"));
    assert_ne!(draw(1, "a"), draw(2, "a"));
    assert_ne!(draw(1, "a"), draw(1, "b"));
    assert!(draw(1, "a").is_sorted() && draw(1, "a").iter().all(|point| (10..160).contains(point)));
    let mut list = [1, 2, 3, 4, 5];
    Chance::new(3, "c").shuffle(&mut list);
    list.sort_unstable();
    assert_eq!(list, [1, 2, 3, 4, 5]);
}
