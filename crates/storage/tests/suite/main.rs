//! The rules of both stores as tests, for folders and for S3: one suite, one test of each rule and place. A new rule is a
//! function in one of the modules here, and a line below; without the line, the compiler calls it unused.
#![expect(clippy::unwrap_used, reason = "this is test code")]

mod buckets;
mod originals;
mod pictures;
mod scribbles;
mod settings;

use std::{any::Any, path::PathBuf};

use flaneur_storage::{Storage, Variables};
use flaneur_test_s3::S3;

/// What is tested: two empty stores, and whatever has to live as long as they.
pub struct Subject {
    /// The stores.
    pub storage: Storage,
    /// Where the public objects lie as files, for looking behind the store's back. Of a server that runs elsewhere nobody
    /// knows.
    pub public_folder: Option<PathBuf>,
    _keep: Box<dyn Any>,
}

fn folder() -> Subject {
    let folder = tempfile::tempdir().unwrap();
    let public = folder.path().join("public");
    let storage = Storage::local(&public, &folder.path().join("private")).unwrap();
    Subject { storage, public_folder: Some(public), _keep: Box::new(folder) }
}

fn s3() -> Option<Subject> {
    let server = S3::start()?;
    Some(Subject { storage: open(&server), public_folder: server.public_folder(), _keep: Box::new(server) })
}

/// Opens the stores of a server as the product does.
fn open(server: &S3) -> Storage {
    let variables: Variables = server.variables().into_iter().collect();
    Storage::open(&server.public_url().parse().unwrap(), &server.private_url().parse().unwrap(), &variables).unwrap()
}

macro_rules! rules {
    ($($module:ident { $($rule:ident)* })*) => {
        mod folders {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $rule() {
                    crate::$module::$rule(crate::folder()).await;
                }
            )*)*
        }
        mod on_s3 {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $rule() {
                    if let Some(subject) = crate::s3() {
                        crate::$module::$rule(subject).await;
                    }
                }
            )*)*
        }
    };
}

rules! {
    pictures {
        stored_read_in_parts_and_removed
        stored_twice_it_is_there_once
        a_large_object_comes_back_whole
        several_parts_are_read_together
        a_known_key_takes_its_own_bytes_only
        what_was_altered_is_noticed
        foreign_objects_are_told_apart
        many_at_once_do_not_disturb_each_other
        discarded_means_gone
        a_probe_leaves_nothing
        the_time_is_the_one_that_objects_are_dated_by
    }
    originals {
        what_is_received_is_read_and_destroyed
        an_original_of_any_size_comes_back_whole
        too_much_is_refused_and_nothing_remains
        what_was_not_finished_is_not_there
        the_two_stores_do_not_see_each_other
    }
    scribbles {
        a_note_is_written_replaced_and_removed
        notes_are_found_below_a_prefix
        notes_and_originals_are_apart
        what_is_no_note_is_refused
        a_listing_has_no_end_but_the_last
    }
}
