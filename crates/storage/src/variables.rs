//! Settings of S3 from variables: the usual `AWS_*`, and a second set for the private store.

use std::collections::BTreeMap;

use object_store::aws::AmazonS3ConfigKey;

/// What stands in front of `AWS_*` where it is for the private store alone.
const PRIVATE: &str = "FLANEUR_PRIVATE_";

/// Variables that say who one is. They go together: a private store with an access key of its own must not be sent the
/// session token that belongs to another.
const IDENTITY: [&str; 9] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// Environment variables, as far as they speak of S3. Values are secrets: they are never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Variables {
    all: BTreeMap<String, String>,
}

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.all.keys()).finish()
    }
}

impl FromIterator<(String, String)> for Variables {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        let speaks_of_s3 = |name: &str| name.strip_prefix(PRIVATE).unwrap_or(name).starts_with("AWS_");
        Self { all: pairs.into_iter().filter(|(name, value)| speaks_of_s3(name) && !value.is_empty()).collect() }
    }
}

impl Variables {
    /// The environment of this process. What is not UTF-8 is passed over.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// What counts for the public store: `AWS_*`.
    pub(crate) fn public(&self) -> Vec<(AmazonS3ConfigKey, &str)> {
        known(self.all.iter().filter(|(name, _)| !name.starts_with(PRIVATE)).map(|(name, value)| (&**name, &**value)))
    }

    /// What counts for the private store: `FLANEUR_PRIVATE_AWS_*`, and `AWS_*` where that says nothing.
    pub(crate) fn private(&self) -> Vec<(AmazonS3ConfigKey, &str)> {
        let own: BTreeMap<&str, &str> =
            self.all.iter().filter_map(|(name, value)| Some((name.strip_prefix(PRIVATE)?, &**value))).collect();
        let somebody = own.keys().any(|name| IDENTITY.contains(name));
        let mut merged: BTreeMap<&str, &str> = self
            .all
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .filter(|(name, _)| !name.starts_with(PRIVATE))
            .filter(|(name, _)| !somebody || !IDENTITY.contains(name))
            .collect();
        merged.extend(own);
        known(merged.into_iter())
    }
}

/// Variables that the S3 client knows; the others are for other programs.
fn known<'a>(variables: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(AmazonS3ConfigKey, &'a str)> {
    variables.filter_map(|(name, value)| Some((name.to_ascii_lowercase().parse().ok()?, value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn value<'a>(settings: &[(AmazonS3ConfigKey, &'a str)], key: AmazonS3ConfigKey) -> Option<&'a str> {
        settings.iter().find(|(each, _)| *each == key).map(|&(_, value)| value)
    }

    #[test]
    fn the_private_store_has_what_is_its_own_and_else_what_all_have() {
        let variables = variables(&[
            ("AWS_ACCESS_KEY_ID", "public"),
            ("AWS_SECRET_ACCESS_KEY", "s1"),
            ("AWS_SESSION_TOKEN", "t1"),
            ("AWS_REGION", "here"),
            ("FLANEUR_PRIVATE_AWS_ACCESS_KEY_ID", "private"),
            ("FLANEUR_PRIVATE_AWS_SECRET_ACCESS_KEY", "s2"),
            ("HOME", "/"),
        ]);
        let (public, private) = (variables.public(), variables.private());
        assert_eq!(value(&public, AmazonS3ConfigKey::AccessKeyId), Some("public"));
        assert_eq!(value(&public, AmazonS3ConfigKey::Token), Some("t1"));
        assert_eq!(value(&private, AmazonS3ConfigKey::AccessKeyId), Some("private"));
        assert_eq!(value(&private, AmazonS3ConfigKey::SecretAccessKey), Some("s2"));
        assert_eq!(value(&private, AmazonS3ConfigKey::Token), None, "a token goes with its key");
        assert_eq!(value(&private, AmazonS3ConfigKey::Region), Some("here"));
    }

    #[test]
    fn without_keys_of_its_own_it_is_the_same_somebody() {
        let variables = variables(&[
            ("AWS_ACCESS_KEY_ID", "public"),
            ("AWS_SESSION_TOKEN", "t1"),
            ("FLANEUR_PRIVATE_AWS_ENDPOINT", "https://elsewhere.example.org"),
        ]);
        let private = variables.private();
        assert_eq!(value(&private, AmazonS3ConfigKey::AccessKeyId), Some("public"));
        assert_eq!(value(&private, AmazonS3ConfigKey::Token), Some("t1"));
        assert_eq!(value(&private, AmazonS3ConfigKey::Endpoint), Some("https://elsewhere.example.org"));
        assert_eq!(value(&variables.public(), AmazonS3ConfigKey::Endpoint), None);
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!("{:?}", variables(&[("AWS_SECRET_ACCESS_KEY", "hush")]));
        assert!(shown.contains("AWS_SECRET_ACCESS_KEY") && !shown.contains("hush"), "{shown}");
    }
}
