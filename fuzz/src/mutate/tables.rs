//! Huffman tables of any shape, also such as have no room for another code.

use super::numbers::Numbers;
use crate::libjpeg::Codes;

/// A table with these symbols, and in any order.
pub fn table(symbols: &[u8], numbers: &mut Numbers) -> Codes {
    let mut symbols: Vec<u8> = symbols.to_vec();
    for at in (1..symbols.len()).rev() {
        symbols.swap(at, numbers.below(at + 1));
    }
    let deep = numbers.once_in(2);
    // Leaves of a tree that is split until there are enough; those left over are codes that are not used, the longest code of
    // ones only, which no table may have, among them.
    let wanted = symbols.len() + if numbers.once_in(3) { 1 + numbers.below(6) } else { 1 };
    let mut leaves = vec![0usize];
    while leaves.len() < wanted {
        let candidates: Vec<usize> = (0..leaves.len()).filter(|&at| leaves[at] < 16).collect();
        let Some(&deepest) = candidates.iter().max_by_key(|&&at| leaves[at]) else { break };
        let shallowest = candidates.iter().min_by_key(|&&at| leaves[at]).copied().unwrap_or(deepest);
        let longest = leaves[deepest];
        let at = match numbers.below(4) {
            _ if deep && longest < 15 => deepest,
            0 => numbers.one_of(&candidates),
            _ => shallowest,
        };
        leaves[at] += 1;
        leaves.push(leaves[at]);
    }
    leaves.sort_unstable();
    leaves.truncate(symbols.len());
    let mut codes = Codes::STANDARD;
    for (at, &length) in leaves.iter().enumerate() {
        codes.counts[length.clamp(1, 16) - 1] += 1;
        codes.symbols[at] = symbols[at];
    }
    codes
}
