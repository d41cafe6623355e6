//! Whole snapshots, of instances on this machine that are made to go wrong.

#[cfg(test)]
mod checking;
#[cfg(test)]
mod support;
#[cfg(test)]
mod taking;
#[cfg(test)]
mod withdrawing;
