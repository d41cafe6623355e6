//! Names of files in an archive, and of the archive: whatever people called their files and themselves.

use flaneur_catalog::model::{Account, PictureId, UploadSetId};
use jiff::{Timestamp, tz::Offset};

/// Longest part of a file's name that is kept, bytes: with identifier and ending, a name has 100, which is what every reader of
/// tar can take.
const LONGEST: usize = 59;
/// Longest name of an account in the archive's name, bytes.
const LONGEST_ACCOUNT: usize = 60;

/// Where a picture's file is in the archive. Its name begins as the file did that was sent.
pub fn picture(set: UploadSetId, file_name: &str, id: PictureId) -> String {
    format!("pictures/{set}/{}-{id}.jpg", stem(file_name))
}

/// What is kept of a file's name: no folder, no ending, and no character that means something to a program, or none to people.
fn stem(file_name: &str) -> String {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut kept = String::new();
    for character in name.trim_start_matches(['.', '-', ' ']).chars() {
        let character = if is_plain(character) { character } else { '_' };
        if kept.len() + character.len_utf8() > LONGEST {
            break;
        }
        kept.push(character);
    }
    if kept.is_empty() { "picture".to_owned() } else { kept }
}

/// Letters and digits of any script, with the accents that some systems write apart, and what usually stands between them.
fn is_plain(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | ' ' | '\u{300}'..='\u{36f}')
}

/// The archive's own name. An account's name that not every system can write is told by its identifier.
pub fn archive(account: &Account, set: Option<UploadSetId>, now: Timestamp) -> String {
    let plain =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    let name =
        Some(account.name.as_str()).filter(|name| !name.is_empty() && name.len() <= LONGEST_ACCOUNT && plain(name));
    let name = name.map_or_else(|| account.id.to_string(), str::to_owned);
    let date = Offset::UTC.to_datetime(now).date();
    match set {
        Some(set) => format!("flaneur-{name}-{date}-{set}.tar"),
        None => format!("flaneur-{name}-{date}.tar"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flaneur_catalog::model::AccountId;
    use proptest::prelude::*;
    use uuid::Uuid;

    #[test]
    fn names_stay_recognisable_and_harmless() {
        for (sent, kept) in [
            ("IMG_0001.JPG", "IMG_0001"),
            ("GS 12.03.jpg", "GS 12.03"),
            ("Zürich – Hauptbahnhof.heic", "Zürich _ Hauptbahnhof"),
            ("東京.jpg", "東京"),
            ("../../etc/passwd", "passwd"),
            ("C:\\photos\\a.jpg", "a"),
            ("-rf.jpg", "rf"),
            (".hidden.jpg", "hidden"),
            ("a\nb\u{202e}gpj.exe.jpg", "a_b_gpj.exe"),
            ("", "picture"),
            (".jpg", "picture"),
            ("/", "picture"),
            ("..", "picture"),
        ] {
            assert_eq!(stem(sent), kept, "{sent:?}");
        }
    }

    #[test]
    fn archives_are_named_after_accounts() {
        let account = |name: &str| Account {
            id: AccountId(Uuid::from_u128(1)),
            name: name.to_owned(),
            admin: false,
            created_at: Timestamp::UNIX_EPOCH,
        };
        let now = "2026-12-01T23:59:59Z".parse().unwrap();
        assert_eq!(archive(&account("ada"), None, now), "flaneur-ada-2026-12-01.tar");
        let id = Uuid::from_u128(1);
        for name in ["Zoë", "a b", "a\"; x=\"", "../x", &"a".repeat(61)] {
            assert_eq!(archive(&account(name), None, now), format!("flaneur-{id}-2026-12-01.tar"), "{name:?}");
        }
        let set = UploadSetId(Uuid::from_u128(2));
        assert_eq!(archive(&account("ada"), Some(set), now), format!("flaneur-ada-2026-12-01-{set}.tar"));
    }

    proptest! {
        #[test]
        fn no_name_leaves_its_folder(name in "\\PC{0,80}|[\\x00-\\x20./\\\\a]{0,20}") {
            let path = picture(UploadSetId(Uuid::nil()), &name, PictureId(Uuid::nil()));
            let parts: Vec<&str> = path.split('/').collect();
            prop_assert_eq!(parts.len(), 3);
            prop_assert!(parts[2].len() <= 100);
            prop_assert!(!path.contains(['\\', '\n', '\r', '\0']) && !path.chars().any(char::is_control));
            prop_assert!(!parts[2].starts_with(['.', '-']));
        }
    }
}
