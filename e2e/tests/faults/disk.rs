//! A small disk that can be filled up.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// A disk of a few megabytes, in memory. Dropped, it is taken away: whoever uses it must have ended.
#[derive(Debug)]
pub struct Disk {
    outer: TempDir,
}

impl Disk {
    /// Makes one of this size. `None` where nobody lets us; where `CI` is set that is a failure.
    pub fn of_megabytes(size: u32) -> Option<Self> {
        let outer = tempfile::Builder::new().prefix("flaneur-disk-").tempdir().expect("a temporary folder");
        let options = format!("size={size}m,mode=755");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(outer.path()).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self { outer }),
            refused => {
                assert!(std::env::var_os("CI").is_none(), "no disk can be mounted: {refused:?}");
                println!("skipped: filling a disk takes the right to mount one (run the test as root)");
                None
            }
        }
    }

    /// A new folder on it.
    pub fn folder(&self) -> TempDir {
        tempfile::tempdir_in(self.outer.path()).expect("a folder")
    }

    /// Fills it up to the last block, now and whenever called again.
    pub fn fill(&self) {
        let ballast = File::options().create(true).append(true).open(self.ballast());
        // Without room even for an empty file it is full.
        let Ok(mut ballast) = ballast else { return };
        while ballast.write_all(&[0; 4096]).is_ok() {}
    }

    /// Makes room again.
    pub fn free(&self) {
        fs::remove_file(self.ballast()).expect("the ballast is there");
    }

    /// Makes it so large that nobody finds it short of room; that takes no memory.
    pub fn grow(&self) {
        let grown = Command::new("mount").args(["-o", "remount,size=8g"]).arg(self.outer.path()).output();
        assert!(grown.as_ref().is_ok_and(|output| output.status.success()), "{grown:?}");
    }

    fn ballast(&self) -> PathBuf {
        Path::new(self.outer.path()).join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let gone = Command::new("umount").arg("--lazy").arg(self.outer.path()).status();
        let gone = gone.is_ok_and(|status| status.success()) || std::thread::panicking();
        assert!(gone, "{} cannot be taken away", self.outer.path().display());
    }
}
