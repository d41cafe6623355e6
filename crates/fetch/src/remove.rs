//! Removes what is not on the list any more: only what this program put there, and only as it left it.

use std::{collections::BTreeSet, fs, io};

use crate::{Event, FetchError, Progress, download::Ground, plan, shown};

/// From so many pictures on, the loss of more than half of them is doubted.
const MANY: u64 = 10;

/// Whether so many removals may be a server's fault.
pub(crate) fn is_doubtful(gone: u64, had: u64) -> bool {
    had >= MANY && gone > had / 2
}

/// Removes a picture, and what came of one. Whether its file is gone: what somebody changed is theirs from then on.
pub(crate) fn remove(ground: &Ground, id: &str, progress: &dyn Progress) -> Result<bool, FetchError> {
    let path = ground.folder.picture(id);
    let removed = match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
        Ok(metadata) => {
            // Not through a link to somewhere else.
            ground.folder.make_drawer(id)?;
            // The state before, if a kill came between the journal and the file.
            let known = [ground.journal.done(id), ground.journal.before(id)];
            if known.iter().flatten().any(|done| plan::is_as_left(&metadata, done)) {
                fs::remove_file(&path).map(|()| true)
            } else {
                Ok(false)
            }
        }
    };
    let removed = removed.map_err(FetchError::disk("remove", &path))?;
    if !removed {
        let path = shown(&path.display().to_string());
        progress
            .on(&Event::Note(&format!("{path} is not on the list any more, but was changed by somebody: it is left")));
    }
    remove_part(ground, id)?;
    ground.journal.drop_picture(id)?;
    Ok(removed)
}

/// Removes what came of pictures that are not on the list, and were never whole.
pub(crate) fn remove_parts(ground: &Ground, but: &dyn Fn(&str) -> bool) -> Result<(), FetchError> {
    let here: BTreeSet<String> = ground.journal.ids().into_iter().collect();
    for id in ground.journal.begun() {
        if but(&id) {
            continue;
        }
        remove_part(ground, &id)?;
        if !here.contains(&id) {
            ground.journal.drop_picture(&id)?;
        }
    }
    Ok(())
}

fn remove_part(ground: &Ground, id: &str) -> Result<(), FetchError> {
    let part = ground.folder.part(id);
    match fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FetchError::disk("remove", &part)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_great_loss_is_doubted() {
        assert!(is_doubtful(10, 10) && is_doubtful(6, 10) && is_doubtful(501, 1000));
        assert!(!is_doubtful(5, 10) && !is_doubtful(9, 9) && !is_doubtful(0, 0) && !is_doubtful(500, 1000));
    }
}
