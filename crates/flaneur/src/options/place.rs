//! Where the instance's data are.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use flaneur_catalog::DatabaseUrl;
use flaneur_storage::StorageUrl;

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
    /// Where deletions, hidings and redactions are noted, so that a restore does not take them back: `file:DIR` or
    /// `s3://BUCKET/PREFIX`; without it, beside the originals
    #[arg(long, value_name = "URL", env = "FLANEUR_WITHDRAWALS", hide_env_values = true, hide_default_value = true)]
    pub withdrawals: Option<Address>,
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

    /// The catalog's address, once all addresses are found to make sense: for roles that need them all.
    pub fn checked(&self) -> Result<DatabaseUrl> {
        let (public, private) = self.stores()?;
        apart(&public, &private)?;
        self.database()
    }

    /// Addresses of what may be shown and of originals.
    pub fn stores(&self) -> Result<(StorageUrl, StorageUrl)> {
        let public = said(self.storage.as_ref()).unwrap_or_else(|| default_folder(&self.data, "public"));
        let private = said(self.private_storage.as_ref()).unwrap_or_else(|| default_folder(&self.data, "private"));
        Ok((store("--storage", &public)?, store("--private-storage", &private)?))
    }

    /// Where withdrawals are noted, if not beside the originals.
    pub fn withdrawals(&self) -> Result<Option<StorageUrl>> {
        said(self.withdrawals.as_ref()).map(|text| store("--withdrawals", &text)).transpose()
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

fn store(option: &str, text: &str) -> Result<StorageUrl> {
    text.parse().with_context(|| format!("{option} {} is no address of a storage", secrets::hide(text)))
}

/// Refuses folders that lie in one another before anything takes long. The stores themselves look more closely.
fn apart(public: &StorageUrl, private: &StorageUrl) -> Result<()> {
    let (StorageUrl::Folder(outer), StorageUrl::Folder(inner)) = (public, private) else { return Ok(()) };
    let whole = |path: &Path| std::path::absolute(path).with_context(|| format!("{} is no path", path.display()));
    let (one, other) = (whole(outer)?, whole(inner)?);
    if one.starts_with(&other) || other.starts_with(&one) {
        bail!("--storage {public} and --private-storage {private} lie in one another: choose two apart");
    }
    Ok(())
}

/// An address that may hold a password: nothing shows it by accident.
#[derive(Clone)]
pub struct Address(String);

impl Address {
    /// The store that is there; `option` named it.
    pub fn store(&self, option: &str) -> Result<StorageUrl> {
        store(option, self.0.trim())
    }
}

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
            withdrawals: None,
            config: None,
        }
    }

    #[test]
    fn everything_lies_in_the_data_folder_unless_it_is_said_otherwise() {
        let default = place(None, None, Some(""));
        assert_eq!(default.database().unwrap(), DatabaseUrl::Sqlite("/data/catalog.db".into()));
        let folder = |path: &str| StorageUrl::Folder(path.into());
        assert_eq!(default.stores().unwrap(), (folder("/data/public"), folder("/data/private")));
        let other = place(Some("postgres://ada:pw@db/x"), Some("file:///public"), Some("file:/safe/private"));
        assert_eq!(other.database().unwrap(), DatabaseUrl::Postgres("postgres://ada:pw@db/x".to_owned()));
        assert_eq!(other.stores().unwrap(), (folder("/public"), folder("/safe/private")));
    }

    #[test]
    fn what_is_no_address_is_refused_without_showing_its_password() {
        let wrong = format!("{:#}", place(Some("mysql://ada:secret@db/x"), None, None).database().unwrap_err());
        assert!(wrong.contains("mysql://ada:***@db/x") && wrong.contains("postgres://USER"), "{wrong}");
        for storage in ["/public", "file:", "http://x"] {
            assert!(place(None, Some(storage), None).stores().is_err(), "{storage}");
        }
        assert!(!format!("{:?}", place(Some("postgres://ada:secret@db/x"), None, None)).contains("secret"));
    }
}
