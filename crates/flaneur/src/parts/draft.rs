//! A file that is there whole or not at all: written beside its place under another name, and then put there.

use std::{
    fs::{File, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use tempfile::NamedTempFile;

/// Who may read the file, before the process's mask takes its part of it: it is made to be shown.
const MODE: u32 = 0o666;

/// What is being written. Dropped before it is kept, nothing of it is left.
#[derive(Debug)]
pub struct Draft {
    file: NamedTempFile,
    target: PathBuf,
    replace: bool,
}

impl Draft {
    /// Begins to write what will be at `target`; `replace`: also where something is.
    pub fn begin(target: &Path, replace: bool) -> Result<Self> {
        match std::fs::symlink_metadata(target) {
            Ok(found) if found.is_dir() => bail!("{} is a folder: choose another name", target.display()),
            Ok(_) if !replace => bail!("{} is there already: choose another name, or say --force", target.display()),
            _ => {}
        }
        let folder = folder_of(target);
        let file = tempfile::Builder::new()
            .prefix(".flaneur-export-")
            .permissions(Permissions::from_mode(MODE))
            .tempfile_in(folder)
            .with_context(|| format!("cannot write into the folder {}", folder.display()))?;
        Ok(Self { file, target: target.to_owned(), replace })
    }

    /// Another handle of the same file, to write with.
    pub fn writer(&self) -> Result<File> {
        self.file.as_file().try_clone().with_context(|| format!("cannot write {}", self.file.path().display()))
    }

    /// Puts it in its place, for good. Answers its size, bytes.
    pub fn keep(self) -> Result<u64> {
        self.file.as_file().sync_all()?;
        let size = self.file.as_file().metadata()?.len();
        if self.replace {
            self.file.persist(&self.target)?;
        } else {
            self.file.persist_noclobber(&self.target)?;
        }
        File::open(folder_of(&self.target)).and_then(|folder| folder.sync_all())?;
        Ok(size)
    }
}

fn folder_of(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_file_is_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let names = || std::fs::read_dir(folder.path()).unwrap().count();
        let target = folder.path().join("map.pmtiles");
        let draft = Draft::begin(&target, false).unwrap();
        draft.writer().unwrap().write_all(b"half").unwrap();
        assert!(!target.exists() && names() == 1);
        drop(draft);
        assert_eq!(names(), 0, "nothing is left of it");

        let draft = Draft::begin(&target, false).unwrap();
        draft.writer().unwrap().write_all(b"whole").unwrap();
        assert_eq!(draft.keep().unwrap(), 5);
        assert_eq!((std::fs::read(&target).unwrap(), names()), (b"whole".to_vec(), 1));
        let mode = std::fs::metadata(&target).unwrap().permissions().mode();
        assert_eq!(mode & 0o700, 0o600, "{mode:o}");
    }

    #[test]
    fn what_is_there_stays_unless_it_is_said_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("map.pmtiles");
        let late = Draft::begin(&target, false).unwrap();
        std::fs::write(&target, b"another's").unwrap();
        let refused = Draft::begin(&target, false).unwrap_err().to_string();
        assert!(refused.contains("--force"), "{refused}");
        assert!(late.keep().is_err(), "it came meanwhile");
        assert_eq!(std::fs::read(&target).unwrap(), b"another's");
        Draft::begin(&target, true).unwrap().keep().unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"");
        assert!(Draft::begin(folder.path(), true).unwrap_err().to_string().contains("is a folder"));
        let nowhere = Draft::begin(&folder.path().join("no/map.pmtiles"), false).unwrap_err();
        assert!(format!("{nowhere:#}").contains("cannot write into the folder"), "{nowhere:#}");
    }
}
