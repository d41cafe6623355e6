//! Counts how often each of many texts comes.

use std::collections::HashMap;

use serde::Serialize;

/// Texts counted apart. What comes anew after so many is counted together, so that nobody can fill the memory.
const MOST: usize = 50_000;
/// Longest text that is told from others, characters.
const LONGEST: usize = 200;

/// A text, and how often it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The text.
    pub name: String,
    /// How often.
    pub count: u64,
}

/// The texts that come most often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ranking {
    /// How many came in all.
    pub count: u64,
    /// How many different ones.
    pub different: u64,
    /// The most frequent ones; of two that come equally often, in the order of letters.
    pub top: Vec<Share>,
    /// How many came that are not among those.
    pub others: u64,
}

/// Counts.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    counts: HashMap<String, u64>,
    all: u64,
}

impl Counter {
    pub(crate) fn add(&mut self, text: &str) {
        self.all += 1;
        let text = text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end]);
        if let Some(count) = self.counts.get_mut(text) {
            *count += 1;
        } else if self.counts.len() < MOST {
            self.counts.insert(text.to_owned(), 1);
        }
    }

    /// The `most` most frequent ones.
    pub(crate) fn ranking(&self, most: usize) -> Ranking {
        let mut top = self.shares();
        top.truncate(most);
        let among: u64 = top.iter().map(|share| share.count).sum();
        Ranking { count: self.all, different: self.counts.len() as u64, top, others: self.all - among }
    }

    /// All of them, the most frequent first.
    pub(crate) fn shares(&self) -> Vec<Share> {
        let share = |(name, count): (&String, &u64)| Share { name: name.clone(), count: *count };
        let mut shares: Vec<Share> = self.counts.iter().map(share).collect();
        shares.sort_unstable_by(|one, other| other.count.cmp(&one.count).then_with(|| one.name.cmp(&other.name)));
        shares
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_is_lost_and_order_does_not_matter(texts in prop::collection::vec("[a-d]{0,2}", 0..200), most in 0_usize..12) {
            let (mut forward, mut backward) = (Counter::default(), Counter::default());
            for text in &texts {
                forward.add(text);
            }
            for text in texts.iter().rev() {
                backward.add(text);
            }
            let ranking = forward.ranking(most);
            prop_assert_eq!(&ranking, &backward.ranking(most));
            prop_assert_eq!(ranking.top.iter().map(|share| share.count).sum::<u64>() + ranking.others, texts.len() as u64);
            for share in forward.shares() {
                prop_assert_eq!(share.count, texts.iter().filter(|text| **text == share.name).count() as u64);
            }
            prop_assert!(ranking.top.is_sorted_by_key(|share| std::cmp::Reverse(share.count)));
        }
    }

    #[test]
    fn more_than_can_be_told_apart_is_counted_together() {
        let mut counter = Counter::default();
        for number in 0..MOST + 7 {
            counter.add(&number.to_string());
        }
        counter.add("0");
        let ranking = counter.ranking(1);
        assert_eq!((ranking.count, ranking.different), (MOST as u64 + 8, MOST as u64));
        assert_eq!((ranking.top[0].count, ranking.others), (2, MOST as u64 + 6));
        let mut long = Counter::default();
        long.add(&"ä".repeat(1_000));
        assert_eq!(long.shares()[0].name.chars().count(), LONGEST);
    }
}
