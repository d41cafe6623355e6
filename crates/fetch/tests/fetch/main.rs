//! Whole runs, against servers on this machine that are made to go wrong.

#[cfg(test)]
mod following;
#[cfg(test)]
mod listing;
#[cfg(test)]
mod support;
#[cfg(test)]
mod taking;
