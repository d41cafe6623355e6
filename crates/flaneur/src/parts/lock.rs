//! Who may work on an SQLite file: one `flaneur serve` alone, or any number of other roles. A server takes up at its
//! start what it finds leased, which is right only where nobody else can be at it.

use std::{
    fs::{File, TryLockError},
    path::PathBuf,
};

use anyhow::{Context as _, Result, bail};
use flaneur_catalog::DatabaseUrl;

use super::open::folder_of;

/// A hold on the database. It lasts as long as the file is held open, and ends with the process however it ends.
#[derive(Debug)]
pub struct Hold {
    _file: Option<File>,
}

/// Holds the database alone. `None` for a database that cannot be held: others may be at work on it.
pub fn alone(url: &DatabaseUrl) -> Result<Option<Hold>> {
    let Some((path, file)) = lock_file(url)? else { return Ok(None) };
    match file.try_lock() {
        Ok(()) => Ok(Some(Hold { _file: Some(file) })),
        Err(TryLockError::WouldBlock) => bail!(
            "another `flaneur serve`, or an api, worker or tiler, works on {url}: stop it, or choose another folder with --data"
        ),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}

/// Holds the database among others.
pub fn among(url: &DatabaseUrl) -> Result<Hold> {
    let Some((path, file)) = lock_file(url)? else { return Ok(Hold { _file: None }) };
    match file.try_lock_shared() {
        Ok(()) => Ok(Hold { _file: Some(file) }),
        Err(TryLockError::WouldBlock) => {
            bail!("a `flaneur serve` works on {url} and does everything there: stop it, or choose another database")
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}

fn lock_file(url: &DatabaseUrl) -> Result<Option<(PathBuf, File)>> {
    let DatabaseUrl::Sqlite(database) = url else { return Ok(None) };
    folder_of(database)?;
    let mut path = database.clone().into_os_string();
    path.push(".lock");
    let path = PathBuf::from(path);
    let file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .with_context(|| format!("cannot write to {}", path.display()))?;
    Ok(Some((path, file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_alone_or_many_together() {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("new").join("catalog.db"));
        let first = among(&url).unwrap();
        let second = among(&url).unwrap();
        assert!(alone(&url).unwrap_err().to_string().contains("stop it"));
        drop((first, second));
        let only = alone(&url).unwrap().unwrap();
        assert!(alone(&url).is_err());
        assert!(among(&url).unwrap_err().to_string().contains("flaneur serve"));
        drop(only);
        among(&url).unwrap();
    }

    #[test]
    fn a_server_of_databases_is_shared() {
        let url: DatabaseUrl = "postgres://db/x".parse().unwrap();
        assert!(alone(&url).unwrap().is_none());
        among(&url).unwrap();
    }
}
