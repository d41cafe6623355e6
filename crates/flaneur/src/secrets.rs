//! Addresses as they may be shown: in the log, in errors, by `flaneur config`.

/// Names of query parameters whose values are secret, or parts of such names.
const SECRET: [&str; 6] = ["password", "secret", "token", "key", "signature", "credential"];

/// The text with `***` in place of what is secret in an address: the password before the host, and values of the query
/// whose name says so. What is no address stays as it is.
pub fn hide(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (authority, path) = rest.find(['/', '?']).map_or((rest, ""), |at| rest.split_at(at));
    // A password may hold any of the signs that end an authority: better too much is hidden than too little.
    let (authority, path) = match path.rsplit_once('@') {
        Some((_, end)) if authority.contains(':') && !authority.contains('@') => {
            let (host, path) = end.find(['/', '?']).map_or((end, ""), |at| end.split_at(at));
            (format!("{}:***@{host}", authority.split(':').next().unwrap_or_default()), path)
        }
        _ => match authority.rsplit_once('@') {
            Some((user, host)) => match user.split_once(':') {
                Some((name, _)) => (format!("{name}:***@{host}"), path),
                None => (authority.to_owned(), path),
            },
            None => (authority.to_owned(), path),
        },
    };
    let path = match path.split_once('?') {
        Some((path, query)) => format!("{path}?{}", query.split('&').map(pair).collect::<Vec<_>>().join("&")),
        None => path.to_owned(),
    };
    format!("{scheme}://{authority}{path}")
}

fn pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) if SECRET.iter().any(|part| name.to_ascii_lowercase().contains(part)) => format!("{name}=***"),
        _ => pair.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_hidden() {
        for (text, shown) in [
            ("postgres://ada:secret@db:5432/x?sslmode=require", "postgres://ada:***@db:5432/x?sslmode=require"),
            (
                "postgres://ada@db/x?Password=b&application_name=c",
                "postgres://ada@db/x?Password=***&application_name=c",
            ),
            ("postgres://ada:se@cr:et@db/x", "postgres://ada:***@db/x"),
            ("postgres://ada:se/cr?et@db/x", "postgres://ada:***@db/x"),
            ("s3://bucket/prefix?secret_access_key=a&region=b", "s3://bucket/prefix?secret_access_key=***&region=b"),
            ("postgres://db:5432/x", "postgres://db:5432/x"),
            ("file:/srv/public", "file:/srv/public"),
            ("sqlite:./catalog.db", "sqlite:./catalog.db"),
        ] {
            assert_eq!(hide(text), shown);
        }
    }
}
