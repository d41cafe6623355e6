//! Where the instance's data are.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use flaneur_catalog::DatabaseUrl;

use crate::secrets;

/// Where the instance's data are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Where the data are")]
pub struct Place {
    /// Folder that holds the catalog and all pictures, unless they are said to be elsewhere
    #[arg(long, value_name = "DIR", env = "FLANEUR_DATA", default_value = "./flaneur-data")]
    pub data: PathBuf,
    /// The catalog: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`; without it, catalog.db in the data folder
    #[arg(long, value_name = "URL", env = "FLANEUR_DATABASE", hide_env_values = true, hide_default_value = true)]
    pub database: Option<Address>,
    /// What may be shown: `file:DIR` or `s3://BUCKET/PREFIX`; without it, `public` in the data folder
    #[arg(long, value_name = "URL", env = "FLANEUR_STORAGE", hide_env_values = true, hide_default_value = true)]
    pub storage: Option<Address>,
    /// Originals: `file:DIR` or `s3://BUCKET/PREFIX`; without it, `private` in the data folder
    #[arg(
        long,
        value_name = "URL",
        env = "FLANEUR_PRIVATE_STORAGE",
        hide_env_values = true,
        hide_default_value = true
    )]
    pub private_storage: Option<Address>,
    /// TOML file with settings, named like the options
    #[arg(long, value_name = "FILE", env = "FLANEUR_CONFIG")]
    pub config: Option<PathBuf>,
}

impl Place {
    /// The catalog's address.
    pub fn database(&self) -> Result<DatabaseUrl> {
        let text = said(self.database.as_ref()).unwrap_or_else(|| default_database(&self.data));
        let shown = secrets::hide(&text);
        text.parse().with_context(|| format!("--database {shown} is no address of a database"))
    }

    /// Folder of what may be shown, and folder of originals.
    pub fn folders(&self) -> Result<(PathBuf, PathBuf)> {
        let public = said(self.storage.as_ref()).unwrap_or_else(|| default_folder(&self.data, "public"));
        let private = said(self.private_storage.as_ref()).unwrap_or_else(|| default_folder(&self.data, "private"));
        let (public, private) = (folder("--storage", &public)?, folder("--private-storage", &private)?);
        apart(&public, &private)?;
        Ok((public, private))
    }

    /// What an option comes to that was not given, for `flaneur config`: name and value.
    pub fn derived(data: &Path) -> [(&'static str, String); 3] {
        [
            ("database", default_database(data)),
            ("storage", default_folder(data, "public")),
            ("private-storage", default_folder(data, "private")),
        ]
    }
}

/// What was said; an empty variable says nothing.
fn said(address: Option<&Address>) -> Option<String> {
    address.map(|address| address.0.trim().to_owned()).filter(|text| !text.is_empty())
}

fn default_database(data: &Path) -> String {
    format!("sqlite:{}", data.join("catalog.db").display())
}

fn default_folder(data: &Path, name: &str) -> String {
    format!("file:{}", data.join(name).display())
}

fn folder(option: &str, text: &str) -> Result<PathBuf> {
    let path = text.strip_prefix("file:").map(|path| path.strip_prefix("//").unwrap_or(path));
    match path {
        Some(path) if !path.is_empty() => Ok(path.into()),
        _ => bail!("{option} {} is no address of a storage: expected file:DIR", secrets::hide(text)),
    }
}

/// Originals must lie where nobody who sees the public objects sees them.
fn apart(public: &Path, private: &Path) -> Result<()> {
    let (public, private) = (whole(public)?, whole(private)?);
    if public.starts_with(&private) || private.starts_with(&public) {
        bail!(
            "--storage {} and --private-storage {} lie in one another: originals need a folder apart",
            public.display(),
            private.display()
        );
    }
    Ok(())
}

fn whole(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("{} is no path", path.display()))
}

/// An address that may hold a password: nothing shows it by accident.
#[derive(Clone)]
pub struct Address(String);

impl From<String> for Address {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&secrets::hide(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(database: Option<&str>, storage: Option<&str>, private: Option<&str>) -> Place {
        let address = |text: Option<&str>| text.map(|text| Address(text.to_owned()));
        Place {
            data: "/data".into(),
            database: address(database),
            storage: address(storage),
            private_storage: address(private),
            config: None,
        }
    }

    #[test]
    fn everything_lies_in_the_data_folder_unless_it_is_said_otherwise() {
        let default = place(None, None, Some(""));
        assert_eq!(default.database().unwrap(), DatabaseUrl::Sqlite("/data/catalog.db".into()));
        assert_eq!(default.folders().unwrap(), ("/data/public".into(), "/data/private".into()));
        let other = place(Some("postgres://ada:pw@db/x"), Some("file:///public"), Some("file:/safe/private"));
        assert_eq!(other.database().unwrap(), DatabaseUrl::Postgres("postgres://ada:pw@db/x".to_owned()));
        assert_eq!(other.folders().unwrap(), ("/public".into(), "/safe/private".into()));
    }

    #[test]
    fn what_is_no_address_is_refused_without_showing_its_password() {
        let wrong = format!("{:#}", place(Some("mysql://ada:secret@db/x"), None, None).database().unwrap_err());
        assert!(wrong.contains("mysql://ada:***@db/x") && wrong.contains("postgres://USER"), "{wrong}");
        for storage in ["/public", "file:", "http://x"] {
            assert!(place(None, Some(storage), None).folders().is_err(), "{storage}");
        }
        assert!(!format!("{:?}", place(Some("postgres://ada:secret@db/x"), None, None)).contains("secret"));
    }

    #[test]
    fn originals_lie_apart() {
        for (public, private) in
            [("file:/a", "file:/a"), ("file:/a", "file:/a/b"), ("file:/a/b", "file:/a"), ("file:/x", "file:///x/")]
        {
            let refused = place(None, Some(public), Some(private)).folders().unwrap_err().to_string();
            assert!(refused.contains("folder apart"), "{refused}");
        }
        assert!(place(None, Some("file:/a/public"), Some("file:/a/public-not")).folders().is_ok());
    }
}
