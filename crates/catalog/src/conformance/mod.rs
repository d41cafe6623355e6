//! The rules of the repository traits as tests, for whoever implements them.
//!
//! [`conformance_tests!`](crate::conformance_tests) makes one test of each rule, so that a failure names the rule:
//!
//! ```text
//! async fn make() -> flaneur_catalog::conformance::Subject { … }
//! flaneur_catalog::conformance_tests!(make);
//! ```
//!
//! Each rule gets a catalog of its own. A new rule is a function in one of the modules here, and a line in
//! [`for_each_rule!`](crate::for_each_rule); without the line, the compiler calls it unused.
#![expect(clippy::unwrap_used, reason = "a rule that is broken panics: this is test code")]

mod accounts;
mod addresses;
mod archive;
mod area_changes;
mod area_gate;
mod areas;
mod changes;
mod chosen_places;
mod concurrency;
mod corrections;
mod coverage;
mod coverage_tiles;
mod credentials;
mod dataset;
mod deletion;
mod dispatch;
mod edits;
mod erasure;
mod files;
mod filters;
mod histories;
mod inspection;
mod items;
mod jobs;
mod lists;
mod logins;
mod notices;
mod pages;
mod processing;
mod quotas;
mod redactions;
mod reports;
mod scene;
mod search;
mod sequences;
mod statistics;
mod takeout;
mod transfers;
mod upload_sets;
mod uploads;
mod visibility;
mod webhooks;

use std::{any::Any, sync::Arc};

use jiff::Timestamp;

use crate::{Catalog, world::ManualClock};

pub use archive::round_trip;
pub use area_gate::{Gate, an_area_waits_for_a_picture_that_comes};
pub use concurrency::given_up_after;

/// What is tested: an empty catalog, and whatever has to live as long as it.
pub struct Subject {
    /// The catalog.
    pub catalog: Arc<dyn Catalog>,
    /// The clock that its leases go by.
    pub clock: Arc<ManualClock>,
    /// For example the folder that its file is in.
    pub keep: Box<dyn Any + Send + Sync>,
}

/// The clock of a subject, standing at noon some day.
pub fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(Timestamp::from_second(1_717_236_000).unwrap()))
}

/// Calls a macro with all rules, by module.
#[macro_export]
macro_rules! for_each_rule {
    ($callback:path, $($arguments:tt)*) => {
        $callback! { ($($arguments)*)
            accounts {
                account_names_are_unique_without_case
                accounts_are_found_by_id_and_name
                account_search_is_literal_and_in_order
                accounts_are_listed_by_name
                choices_are_kept
            }
            credentials {
                tokens_are_listed_and_revoked
                a_token_is_claimed_once
                a_token_keeps_its_limits
                unclaimed_tokens_are_dropped
                an_invite_is_redeemed_once
                an_invite_uses_the_account_of_its_name
                sessions_end
                a_secret_is_the_same_for_all
            }
            addresses {
                an_address_is_confirmed_by_its_key
                an_old_link_confirms_nothing
                an_address_is_refused_by_its_key
                an_address_is_asked_by_one_at_a_time
                addresses_are_forgotten
            }
            logins {
                who_arrives_again_has_the_same_account
                a_name_that_is_taken_gets_a_number
                one_of_several_arrivals_makes_the_account
                a_login_is_one_accounts
            }
            chosen_places {
                a_sequence_begins_empty_and_its_owners
                a_place_is_taken_once
                what_is_unfinished_is_told_apart
            }
            dataset {
                a_dataset_has_what_anybody_sees_in_the_order_of_keys
                a_dataset_tells_what_was_redacted
                a_part_of_which_something_is_withdrawn_is_known_at_once
                a_part_can_be_read_until_it_is_old
                who_lost_the_lease_publishes_no_part
                a_dataset_knows_where_something_changed
                parts_that_stay_are_true_as_of_the_run
            }
            pages {
                the_last_text_is_in_force
                terms_are_agreed_to_by_version
            }
            upload_sets {
                upload_sets_keep_their_options
                upload_sets_are_listed_the_newest_first
                a_set_is_revised
                a_revised_set_is_shown_otherwise
                upload_sets_need_an_owner_and_an_id_of_their_own
                completing_twice_changes_nothing
                a_set_without_pictures_becomes_ready
                the_state_counts_pictures_and_files
                a_picture_is_in_preparation_while_its_lease_holds
                a_set_is_ready_when_everything_is_done
            }
            files {
                an_accepted_file_is_a_waiting_picture_with_a_job
                the_same_file_is_not_taken_twice
                a_name_is_taken_once
                a_repeated_file_gets_the_same_receipt
                the_same_bytes_in_another_set_are_listed_as_refused
                a_refused_file_gives_way_to_a_later_one
                a_set_completes_itself
                a_late_file_is_dispatched_again
                a_file_says_how_far_its_picture_is
                files_are_paged_in_order
                unknown_sets_take_no_files
            }
            corrections {
                the_same_bytes_with_other_overrides_correct_the_picture
                notices_are_those_of_the_last_values
                only_their_owner_corrects_pictures
                a_picture_is_corrected_from_another_set
                files_follow_corrections
                a_correction_into_an_excluded_area_hides
            }
            edits {
                an_edit_changes_what_it_says_and_nothing_else
                what_is_so_already_is_no_edit
                hiding_acts_at_once
                a_picture_that_is_moved_into_an_excluded_area_is_hidden
                what_was_edited_stays_when_a_set_is_sorted_anew
                tags_come_and_go
                parts_of_pictures_are_marked
                undoing_puts_back_what_nobody_changed_since
                numbers_are_recorded_exactly
                a_history_can_be_rolled_back
                history_is_read_backwards
                nothing_is_left_of_what_is_deleted
                pictures_are_chosen_for_an_edit
                the_edits_of_a_run_are_found_until_they_are_undone
            }
            uploads {
                an_upload_grows_part_by_part
                parts_follow_each_other
                of_two_who_append_one_does
                an_account_has_so_many_uploads_at_most
                a_full_upload_is_held_by_one
                an_upload_ends_once
                what_was_lost_is_asked_for_again
                a_dropped_upload_is_gone
                uploads_expire
                a_deleted_set_takes_no_more_of_an_upload
            }
            jobs {
                the_most_urgent_job_comes_first
                the_longest_waiting_job_comes_first
                only_the_kinds_asked_for_are_leased
                asking_while_queued_changes_nothing
                asking_while_leased_runs_it_once_more
                asking_while_leased_overrides_parking
                asking_revives_a_dead_job
                a_lease_runs_out
                a_heartbeat_prolongs_a_lease
                a_lost_lease_ends_nothing
                a_released_job_has_all_its_attempts
                reclaimed_jobs_are_due_and_their_leases_are_void
                a_retry_waits_for_its_time
                the_last_attempt_is_parked
                a_job_that_kills_its_workers_is_parked
                dead_jobs_are_listed_and_revived
                accounts_take_turns
                a_newcomer_does_not_overtake_for_long
                the_queue_is_told_by_kind
                a_job_carries_its_request
                a_clock_that_was_turned_back_stops_no_job
            }
            changes {
                every_change_of_a_picture_is_logged
                a_line_says_whether_anybody_may_read_it
                a_picture_that_breaks_is_hidden
                every_change_of_a_sequence_is_logged
                an_update_never_goes_back_in_time
                a_deletion_is_logged_of_what_was_never_shown
                news_is_heard
                followers_never_skip_and_never_see_out_of_order
            }
            histories {
                no_job_is_ever_held_twice
            }
            concurrency {
                leasers_never_share_a_job
                files_at_once_complete_a_set_once
                the_same_bytes_at_once_become_one_picture
                readers_and_writers_do_not_disturb_each_other
                who_leaves_early_leaves_the_news
            }
            processing {
                publishing_stores_and_asks_for_what_follows
                publishing_before_dispatch_shows_nothing
                a_broken_picture_says_why
                originals_are_forgotten_when_destroyed
                only_waiting_pictures_keep_their_originals
                a_lost_lease_publishes_nothing
                a_lease_is_for_its_own_subject
            }
            quotas {
                what_an_account_has_is_counted
                an_account_has_the_quota_that_was_said
            }
            redactions {
                drawn_regions_are_noted_with_a_job
                a_picture_has_so_many_regions_at_most
                only_ready_pictures_are_redacted_again
                redacting_again_switches_the_objects
                regions_asked_for_meanwhile_are_not_lost
                what_comes_back_is_not_removed
                a_lost_lease_republishes_nothing
                what_cannot_be_redacted_is_refused
                a_false_alarm_is_undone_with_its_patch
                a_request_that_is_turned_down_has_an_answer
                what_was_not_sealed_is_not_undone
                redactions_and_patches_die_with_their_picture
                a_claim_takes_what_nobody_holds
                a_choice_is_written_down
            }
            reports {
                a_report_is_kept
                there_are_so_many_open_reports_at_most
                an_urgent_report_withholds_by_every_way
                the_rule_says_what_is_withheld
                what_is_withheld_twice_is_shown_after_both
                what_is_solved_is_shown_if_it_was_redacted
                a_sequence_is_withheld_as_a_whole
                reports_of_what_is_deleted_are_closed
                reports_are_listed
                everything_done_about_a_report_is_logged
                what_nobody_decides_is_shown_again
                reporters_are_forgotten
            }
            items {
                an_item_has_everything
                what_is_not_wanted_of_an_item_is_not_read
                sequence_items_are_narrowed_down
                sequence_items_are_paged_by_rank
                neighbours_skip_what_is_hidden
                related_pictures_are_near_and_look_the_same_way
                related_pictures_cross_the_antimeridian
                related_pictures_are_the_nearest_of_each_sequence
                a_picture_has_twenty_related_at_most
            }
            filters {
                pictures_are_found_by_what_they_are
                pictures_are_found_by_the_tags_of_their_sequences
                pictures_are_found_in_a_region
                sequences_are_found_by_what_they_are
                what_would_take_too_long_is_refused
            }
            lists {
                sequences_are_paged_in_every_order
                what_is_gone_is_listed_for_harvesters
            }
            search {
                search_is_in_order_of_time
                search_by_ids_and_sequences
                search_by_dates
                search_by_box
                search_across_the_antimeridian
                search_beyond_the_map
                search_by_distance
                search_agrees_with_a_plain_filter
            }
            dispatch {
                dispatch_makes_sequences
                dispatching_again_keeps_ids
                a_sequence_that_is_not_named_becomes_a_tombstone
                duplicates_are_left_out_and_say_so
                pictures_deleted_meanwhile_are_left_out
                a_deleted_sequence_is_not_brought_back
                a_duplicate_of_a_deleted_picture_stays
                a_file_that_came_meanwhile_is_dispatched_next
                a_lost_lease_dispatches_nothing
                a_sequence_of_another_set_is_not_taken
            }
            sequences {
                a_summary_is_stored
                a_sequence_is_shown_when_ready
                a_sequence_waits_for_its_pictures
                sequences_are_paged_in_order_of_creation
                sequences_are_found_by_box
                sequences_are_found_by_dates_and_account
                every_change_below_moves_updated
                the_extent_is_what_anyone_may_see
            }
            coverage_tiles {
                tiles_are_kept_by_name
                changes_touch_the_tiles_they_are_in
                what_others_do_not_see_touches_nothing
                old_touches_go_with_their_tiles
                kept_tiles_are_true_or_touched
            }
            coverage {
                the_grid_counts_pictures
                the_grid_adds_up_at_every_zoom
                tidying_changes_no_count
                sequences_are_found_by_tile
                pictures_are_found_by_tile
                cells_are_covered_where_something_is_seen
                marks_are_read_on_from_a_place
                what_is_tagged_is_told_by_key_and_value
            }
            statistics {
                everything_is_counted
                only_what_anybody_may_see_is_told
            }
            takeout {
                own_pictures_are_all_there_once_however_they_are_paged
                own_sets_and_sequences_are_all_there_once_however_they_are_paged
                what_an_account_did_is_told_of_it_alone
            }
            transfers {
                a_transfer_is_begun_noted_and_ended
                a_sequence_comes_once
                a_stopped_transfer_goes_nowhere
                transfers_go_with_their_account
            }
            notices {
                a_report_is_told_when_it_is_made_and_closed
                nobody_is_told_what_they_did
                a_report_is_told_by_one_at_a_time
                mails_to_an_address_are_counted
                owners_are_told_what_becomes_of_theirs
                owners_are_not_told_what_they_did
                owners_are_written_to_where_they_confirmed
            }
            webhooks {
                a_webhook_is_made_and_removed
                a_webhook_is_told_by_one_at_a_time
                the_one_that_waits_longest_is_told_first
                a_webhook_that_fails_is_told_later
                webhooks_go_with_their_account
            }
            erasure {
                an_erased_account_is_found_by_nobody
                nobody_acts_for_an_erased_account
                what_an_erased_account_has_is_deleted_in_steps
                what_others_have_stays
                nothing_begins_for_an_erased_account
                the_last_administrator_is_not_erased
                an_erasure_is_logged
            }
            deletion {
                a_deleted_picture_is_gone
                deleting_takes_the_lease_away
                a_deleted_file_can_be_sent_again
                a_deleted_sequence_takes_its_pictures_along
                a_deleted_set_takes_everything_along
                what_is_deleted_of_others_is_told
            }
            archive {
                a_snapshot_is_of_one_moment
                archived_rows_are_paged
                a_lease_is_left_behind
                a_restore_takes_an_empty_catalog
                an_import_is_whole_or_not_at_all
            }
            inspection {
                files_of_pictures_are_told
                a_job_that_is_missing_is_missed
                overdue_jobs_are_told
                the_database_tells_its_time_and_schema
                counts_are_compared_with_pictures
                a_lost_picture_is_shown_to_nobody
                what_is_hidden_is_never_shown_more_widely
            }
            area_changes {
                an_area_becomes_another
                a_changed_area_hides_and_shows
            }
            areas {
                areas_are_kept_by_owner
                there_are_so_many_areas_at_most
                a_picture_in_an_excluded_area_is_refused
                a_private_area_is_nobody_elses_business
                pictures_are_taken_in_allowed_areas_only
                an_area_hides_what_is_there
                what_was_accepted_before_is_hidden_when_published
                a_sweep_goes_on_where_it_was
                a_sweep_that_lost_its_lease_ends_nothing
                intake_agrees_with_a_plain_test
                areas_come_and_go
                areas_and_pictures_at_once_miss_nothing
            }
            visibility {
                every_read_agrees_with_the_rule
                the_stricter_of_picture_and_sequence_counts
            }
        }
    };
}

macro_rules! rules {
    (() $($module:ident { $($rule:ident)* })*) => {
        /// Every rule, for [`conformance_tests!`](crate::conformance_tests).
        pub mod rules {
            $($(
                /// Panics if the rule is broken.
                pub async fn $rule(subject: super::Subject) {
                    super::$module::$rule(&super::scene::Scene::new(subject)).await;
                }
            )*)*
        }
    };
}

for_each_rule!(rules,);

/// One asynchronous test for each rule; the argument is an asynchronous function that makes a [`Subject`], or none where
/// there is nothing to test on.
#[macro_export]
macro_rules! conformance_tests {
    ($make:ident) => {
        $crate::for_each_rule!($crate::conformance_tests_of, $make);
    };
}

/// What [`conformance_tests!`](crate::conformance_tests) becomes.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests_of {
    (($make:ident) $($module:ident { $($rule:ident)* })*) => {
        $(mod $module {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $rule() {
                let subject: Option<$crate::conformance::Subject> = super::$make().await.into();
                if let Some(subject) = subject {
                    $crate::conformance::rules::$rule(subject).await;
                }
            })*
        })*
    };
}
