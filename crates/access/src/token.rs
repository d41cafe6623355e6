//! What a token may do for its account, where it may not do everything.

use std::{fmt, str::FromStr};

/// Something a token may do. Reading as its account reads is no scope: every token does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenScope {
    /// Send pictures, and say how what was sent is to be sorted.
    Upload,
    /// Correct, tag, annotate, blur, hide, delete and report.
    Edit,
    /// Tag and annotate, and take that back: what a program does that looks for things in pictures. Part of editing.
    Annotate,
    /// Act as an administrator, where its account is one.
    Moderate,
}

/// What a token is restricted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TokenScopes {
    /// [`TokenScope::Upload`].
    pub upload: bool,
    /// [`TokenScope::Edit`].
    pub edit: bool,
    /// [`TokenScope::Annotate`].
    pub annotate: bool,
    /// [`TokenScope::Moderate`].
    pub moderate: bool,
}

impl TokenScope {
    /// All, in the order that they are listed in.
    pub const ALL: [Self; 4] = [Self::Upload, Self::Edit, Self::Annotate, Self::Moderate];

    /// The name in API and database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Edit => "edit",
            Self::Annotate => "annotate",
            Self::Moderate => "moderate",
        }
    }
}

impl TokenScopes {
    /// The name of what every token may do.
    pub const READ: &'static str = "read";

    /// Whether they let a token do that.
    pub fn allow(self, scope: TokenScope) -> bool {
        self.has(scope) || scope == TokenScope::Annotate && self.edit
    }

    /// Whether it is among them.
    fn has(self, scope: TokenScope) -> bool {
        match scope {
            TokenScope::Upload => self.upload,
            TokenScope::Edit => self.edit,
            TokenScope::Annotate => self.annotate,
            TokenScope::Moderate => self.moderate,
        }
    }

    /// Their names, `read` first.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let more = TokenScope::ALL.into_iter().filter(move |scope| self.has(*scope)).map(TokenScope::as_str);
        std::iter::once(Self::READ).chain(more)
    }

    /// Of names, in any order; `read` need not be among them.
    ///
    /// # Errors
    ///
    /// [`UnknownTokenScope`] if one is none.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownTokenScope> {
        let mut scopes = Self::default();
        for name in names {
            match name {
                Self::READ => {}
                "upload" => scopes.upload = true,
                "edit" => scopes.edit = true,
                "annotate" => scopes.annotate = true,
                "moderate" => scopes.moderate = true,
                _ => return Err(UnknownTokenScope),
            }
        }
        Ok(scopes)
    }
}

impl fmt::Display for TokenScopes {
    /// As OAuth writes scopes (RFC 6749, 3.3): names with spaces between.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().collect::<Vec<_>>().join(" "))
    }
}

impl FromStr for TokenScopes {
    type Err = UnknownTokenScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::of(text.split_whitespace())
    }
}

/// The text names no scope.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("scopes are read, upload, edit, annotate and moderate")]
pub struct UnknownTokenScope;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_written_as_they_are_read() {
        for (text, written) in [
            ("", "read"),
            ("read", "read"),
            ("annotate", "read annotate"),
            ("edit  upload", "read upload edit"),
            ("moderate", "read moderate"),
            ("moderate edit upload read", "read upload edit moderate"),
        ] {
            let scopes: TokenScopes = text.parse().unwrap();
            assert_eq!(scopes.to_string(), written);
            assert_eq!(written.parse(), Ok(scopes));
        }
        let edits: TokenScopes = "edit".parse().unwrap();
        assert!(edits.allow(TokenScope::Annotate) && !edits.allow(TokenScope::Upload));
        let annotates: TokenScopes = "annotate".parse().unwrap();
        assert_eq!(TokenScope::ALL.map(|scope| annotates.allow(scope)), [false, false, true, false]);
        for wrong in ["write", "Edit", "upload,edit", "admin"] {
            assert_eq!(wrong.parse::<TokenScopes>(), Err(UnknownTokenScope), "{wrong}");
        }
    }
}
