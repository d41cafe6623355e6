//! Who may see and do what, decided in one place.
//!
//! Every path that leads to a picture (item, search, image, tile, feed, export) asks here. Queries that filter in
//! the database build their condition from [`Viewer::scope`], so that both answers come from the same rule.
#![forbid(unsafe_code)]

mod token;

use serde::{Deserialize, Serialize};
pub use token::{TokenScope, TokenScopes, UnknownTokenScope};
use uuid::Uuid;

/// On whose behalf a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody is signed in.
    Anonymous,
    /// A signed-in person or bot.
    Account {
        /// The account.
        id: Uuid,
        /// Whether the account runs this instance.
        admin: bool,
    },
}

impl Viewer {
    /// The account, if someone is signed in.
    pub fn account(self) -> Option<Uuid> {
        match self {
            Self::Anonymous => None,
            Self::Account { id, .. } => Some(id),
        }
    }

    /// Whether the viewer runs this instance.
    pub fn is_admin(self) -> bool {
        matches!(self, Self::Account { admin: true, .. })
    }

    /// What the viewer may see, as the parts of a query's condition.
    pub fn scope(self) -> Scope {
        match self {
            Self::Anonymous => Scope { everything: false, signed_in: false, own: None },
            Self::Account { id, admin } => Scope { everything: admin, signed_in: true, own: Some(id) },
        }
    }
}

/// The parts of a database condition that selects what a viewer may see:
/// `everything OR owner = own OR visibility = 'anyone' OR (signed_in AND visibility = 'logged-only')`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// No condition: the viewer runs the instance.
    pub everything: bool,
    /// `logged-only` pictures are included.
    pub signed_in: bool,
    /// The account whose own pictures are included whatever their visibility.
    pub own: Option<Uuid>,
}

/// To whom something is shown, in the words of the Panoramax API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Visibility {
    /// Everybody.
    #[default]
    Anyone,
    /// Whoever is signed in.
    LoggedOnly,
    /// The owner and the instance's administrators.
    OwnerOnly,
}

impl Visibility {
    /// Every value, in the order the configuration lists them.
    pub const ALL: [Self; 3] = [Self::Anyone, Self::LoggedOnly, Self::OwnerOnly];

    /// The name in API and database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::LoggedOnly => "logged-only",
            Self::OwnerOnly => "owner-only",
        }
    }
}

impl std::str::FromStr for Visibility {
    type Err = UnknownVisibility;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|value| value.as_str() == text).ok_or(UnknownVisibility)
    }
}

/// The text names no visibility.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("visibility is one of anyone, logged-only, owner-only")]
pub struct UnknownVisibility;

/// What a viewer wants to do with something that has an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See it: item, search, image, tile, feed, export.
    See,
    /// Change, complete or delete it, add files to it, or read what only its owner is told.
    Manage,
    /// Say what it shows: tags and annotations. Whoever is signed in and sees it may.
    Tag,
    /// Decide what is reported about it: who runs the instance does.
    Moderate,
    /// Correct what it says of place, time and direction. Whoever manages it may, and if `collaborative`, whoever may tag it.
    Correct {
        /// Whether its owner lets others do that.
        collaborative: bool,
    },
}

/// The thing itself, as far as access goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// The account it belongs to.
    pub owner: Uuid,
    /// To whom its owner shows it. Of a picture in a sequence: the stricter of both.
    pub visibility: Visibility,
    /// Whether its bytes may be shown at all: redacted, and dispatched into a sequence.
    pub published: bool,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// To this viewer the thing does not exist.
    #[error("it does not exist")]
    Hidden,
    /// The viewer has to sign in first.
    #[error("sign in first")]
    SignIn,
    /// The viewer is known, and may not.
    #[error("it belongs to another account")]
    NotYours,
}

/// The one rule: may `viewer` do `action` with `subject`?
pub fn decide(viewer: Viewer, action: Action, subject: Subject) -> Result<(), Refusal> {
    let manages = viewer.is_admin() || viewer.account() == Some(subject.owner);
    match action {
        Action::Manage | Action::Correct { .. } if manages => Ok(()),
        Action::Moderate if viewer.is_admin() => Ok(()),
        Action::Manage | Action::Moderate if viewer == Viewer::Anonymous => Err(Refusal::SignIn),
        Action::Manage | Action::Moderate => Err(Refusal::NotYours),
        Action::Tag => {
            decide(viewer, Action::See, subject)?;
            if viewer == Viewer::Anonymous { Err(Refusal::SignIn) } else { Ok(()) }
        }
        Action::Correct { collaborative: true } => decide(viewer, Action::Tag, subject),
        Action::Correct { collaborative: false } => decide(viewer, Action::Manage, subject),
        // What is not published has no bytes that anyone may be given, its owner included.
        Action::See if !subject.published => Err(Refusal::Hidden),
        Action::See if manages => Ok(()),
        Action::See => match (subject.visibility, viewer) {
            (Visibility::Anyone, _) | (Visibility::LoggedOnly, Viewer::Account { .. }) => Ok(()),
            _ => Err(Refusal::Hidden),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use serde::de::IntoDeserializer;

    use super::*;

    const OWNER: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);

    fn viewers() -> [(&'static str, Viewer); 4] {
        [
            ("anonymous", Viewer::Anonymous),
            ("other", Viewer::Account { id: OTHER, admin: false }),
            ("owner", Viewer::Account { id: OWNER, admin: false }),
            ("admin", Viewer::Account { id: OTHER, admin: true }),
        ]
    }

    #[test]
    fn the_whole_table() {
        let mut table = String::new();
        for (name, viewer) in viewers() {
            for visibility in Visibility::ALL {
                let subject = Subject { owner: OWNER, visibility, published: true };
                let see = decide(viewer, Action::See, subject).is_ok();
                let manage = decide(viewer, Action::Manage, subject).is_ok();
                let tag = decide(viewer, Action::Tag, subject).is_ok();
                let moderate = decide(viewer, Action::Moderate, subject).is_ok();
                let correct = |collaborative| decide(viewer, Action::Correct { collaborative }, subject).is_ok();
                let [closed, open] = [false, true].map(correct);
                writeln!(
                    table,
                    "{name} {} see={see} manage={manage} tag={tag} correct={closed}/{open} moderate={moderate}",
                    visibility.as_str()
                )
                .unwrap();
                let unpublished = Subject { published: false, ..subject };
                assert_eq!(decide(viewer, Action::See, unpublished), Err(Refusal::Hidden), "{name}");
                assert_eq!(decide(viewer, Action::Tag, unpublished), Err(Refusal::Hidden), "{name}");
            }
        }
        assert_eq!(
            table,
            "anonymous anyone see=true manage=false tag=false correct=false/false moderate=false\n\
             anonymous logged-only see=false manage=false tag=false correct=false/false moderate=false\n\
             anonymous owner-only see=false manage=false tag=false correct=false/false moderate=false\n\
             other anyone see=true manage=false tag=true correct=false/true moderate=false\n\
             other logged-only see=true manage=false tag=true correct=false/true moderate=false\n\
             other owner-only see=false manage=false tag=false correct=false/false moderate=false\n\
             owner anyone see=true manage=true tag=true correct=true/true moderate=false\n\
             owner logged-only see=true manage=true tag=true correct=true/true moderate=false\n\
             owner owner-only see=true manage=true tag=true correct=true/true moderate=false\n\
             admin anyone see=true manage=true tag=true correct=true/true moderate=true\n\
             admin logged-only see=true manage=true tag=true correct=true/true moderate=true\n\
             admin owner-only see=true manage=true tag=true correct=true/true moderate=true\n"
        );
    }

    /// The condition that a query is built from selects exactly what the rule allows.
    #[test]
    fn scope_agrees_with_the_rule() {
        for (name, viewer) in viewers() {
            let scope = viewer.scope();
            for visibility in Visibility::ALL {
                let selected = scope.everything
                    || scope.own == Some(OWNER)
                    || visibility == Visibility::Anyone
                    || (scope.signed_in && visibility == Visibility::LoggedOnly);
                let subject = Subject { owner: OWNER, visibility, published: true };
                assert_eq!(selected, decide(viewer, Action::See, subject).is_ok(), "{name} {visibility:?}");
            }
        }
    }

    #[test]
    fn names_round_trip() {
        for visibility in Visibility::ALL {
            assert_eq!(visibility.as_str().parse(), Ok(visibility));
            assert_eq!(serde_name(visibility), visibility.as_str());
        }
        assert_eq!("public".parse::<Visibility>(), Err(UnknownVisibility));
    }

    fn serde_name(visibility: Visibility) -> &'static str {
        let name = visibility.as_str();
        let back = Visibility::deserialize(IntoDeserializer::<serde::de::value::Error>::into_deserializer(name));
        assert_eq!(back, Ok(visibility));
        name
    }
}
