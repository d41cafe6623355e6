//! Licences, and whom to name.

use serde::{Deserialize, Serialize};

/// Longest attribution, characters.
pub const LONGEST_ATTRIBUTION: usize = 200;

/// What a sequence has for a licence whose pictures have several (STAC 1.0.0, Collection).
pub const VARIOUS: &str = "various";

/// Under which licence something is shown, and whom to name for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, sqlx::FromRow)]
pub struct Rights {
    /// An SPDX identifier; none: the instance's.
    pub license: Option<String>,
    /// Whom to name; none: the account.
    pub attribution: Option<String>,
}

impl Rights {
    /// What is said here, and for the rest what is said there.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        Self {
            license: self.license.or_else(|| other.license.clone()),
            attribution: self.attribution.or_else(|| other.attribution.clone()),
        }
    }

    /// The notice that a file carries, unless it is of before licences were noted. `holder` is whom the file itself names.
    pub fn notice(&self, holder: Option<&str>) -> Option<String> {
        let license = self.license.as_deref()?;
        Some(match self.attribution.as_deref().or(holder) {
            Some(holder) => format!("{holder}, {license}"),
            None => license.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_whose_it_is_and_what_may_be_done() {
        let rights = Rights { license: Some("CC0-1.0".to_owned()), attribution: None };
        assert_eq!(rights.notice(None).as_deref(), Some("CC0-1.0"));
        assert_eq!(rights.notice(Some("© Ada")).as_deref(), Some("© Ada, CC0-1.0"));
        let town = Rights { attribution: Some("Town of X".to_owned()), ..rights };
        assert_eq!(town.notice(Some("© Ada")).as_deref(), Some("Town of X, CC0-1.0"));
        assert_eq!(Rights::default().notice(Some("© Ada")), None);
        assert_eq!(Rights::default().or(&town), town);
    }
}
