//! Edits, their history, and undoing them.

use flaneur_access::{Viewer, Visibility};
use serde_json::json;

use super::{
    areas::{add, area, square},
    scene::{Scene, Street, viewer},
};
use crate::model::{
    Account, AnnotationId, CaptureState, ChangeKind, Edit, EditChange, EditId, EditReceipt, Edited, HeadingState,
    HistoryOf, Item, JobId, JobKind, MOST_ANNOTATIONS, MOST_TAGS, Marked, NewEdit, PictureFields, PictureId, PoseState,
    PositionState, Rights, SearchQuery, Selection, Semantic, SequenceFields, SequenceQuery, TagEdits, Unfulfilled,
    Wish,
};

fn tag(key: &str, value: &str) -> Semantic {
    Semantic { key: key.to_owned(), value: value.to_owned() }
}

fn adding(tags: &[(&str, &str)]) -> TagEdits {
    TagEdits { add: tags.iter().map(|(key, value)| tag(key, value)).collect(), remove: Vec::new() }
}

fn of_picture(id: PictureId, set: PictureFields) -> Wish {
    Wish::Picture { id, set, tags: TagEdits::default(), expected: None }
}

fn tagging(id: PictureId, tags: TagEdits) -> Wish {
    Wish::Picture { id, set: PictureFields::default(), tags, expected: None }
}

fn new(scene: &Scene, account: &Account, wishes: Vec<Wish>) -> NewEdit {
    NewEdit {
        id: EditId(scene.world.id()),
        account: account.id,
        at: scene.now(),
        operation: json!({ "b": 1, "a": "x" }),
        undoes: None,
        wishes,
        strict: true,
        run: None,
    }
}

async fn make(scene: &Scene, new: &NewEdit) -> EditReceipt {
    let world = scene.world.clone();
    scene.catalog.edit(new, &move || JobId(world.id())).await.unwrap()
}

pub async fn done(scene: &Scene, account: &Account, wishes: Vec<Wish>) -> (EditId, Vec<EditChange>) {
    let new = new(scene, account, wishes);
    match make(scene, &new).await {
        EditReceipt::Done { changes, unfulfilled } if unfulfilled.is_empty() => (new.id, changes),
        other => panic!("{other:?}"),
    }
}

async fn shown(scene: &Scene, id: PictureId) -> Item {
    scene.catalog.item(Viewer::Anonymous, id).await.unwrap().unwrap()
}

async fn street(scene: &Scene, pictures: usize) -> Street {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, pictures).await;
    scene.refresh().await;
    scene.pass(5);
    street
}

/// Everything that can be corrected, otherwise than it is.
fn everything(scene: &Scene) -> PictureFields {
    PictureFields {
        heading: Some(HeadingState::given(12.25)),
        pose: Some(PoseState { pitch: Some(-3.0), roll: Some(2.5), yaw: None, edited: true }),
        position: Some(PositionState { lon: -70.25, lat: 10.5, accuracy: None, edited: true }),
        capture: Some(CaptureState { at: scene.now(), local: "2024-06-01T14:00:05+02:00".to_owned(), edited: true }),
        visibility: None,
        rights: Some(Rights { license: Some("CC0-1.0".to_owned()), attribution: Some("Ada".to_owned()) }),
        rank: None,
        semantics: None,
    }
}

/// The wishes that put changes back.
fn backwards(changes: Vec<EditChange>) -> Vec<Wish> {
    changes.into_iter().map(EditChange::backwards).collect()
}

/// Moves a picture, unless it is gone.
pub(super) async fn move_to(scene: &Scene, street: &Street, id: PictureId, (lon, lat): (f64, f64)) {
    let set = PositionState { lon, lat, accuracy: None, edited: true }.into();
    make(scene, &new(scene, &street.account, vec![of_picture(id, set)])).await;
}

/// Changes who sees a picture, or without one the whole sequence, unless it is gone.
pub(super) async fn show_to(scene: &Scene, street: &Street, id: Option<PictureId>, seen: Visibility) {
    let visibility = Some(seen);
    let wish = match id {
        Some(id) => of_picture(id, PictureFields { visibility, ..PictureFields::default() }),
        None => Wish::Sequence {
            id: street.sequence,
            set: SequenceFields { visibility, ..SequenceFields::default() },
            tags: TagEdits::default(),
            expected: None,
        },
    };
    make(scene, &new(scene, &street.account, vec![wish])).await;
}

/// Tags a picture and a part of it.
pub(super) async fn tag_something(scene: &Scene, account: &Account, id: PictureId) {
    let mark = Wish::Mark { id: AnnotationId(scene.world.id()), picture: id, marked: marked(1, &[("c", "é")]) };
    done(scene, account, vec![tagging(id, adding(&[("a", "1"), ("b", "\"2\"")])), mark]).await;
}

pub async fn an_edit_changes_what_it_says_and_nothing_else(scene: &Scene) {
    let street = street(scene, 2).await;
    let [id, other] = [street.pictures[0], street.pictures[1]];
    let (before, neighbour) = (shown(scene, id).await.picture, shown(scene, other).await.picture);
    let log = scene.catalog.last_change().await.unwrap();
    let (edit, changes) = done(scene, &street.account, vec![of_picture(id, everything(scene))]).await;
    let after = shown(scene, id).await.picture;
    assert_eq!((after.lon, after.lat, after.accuracy), (-70.25, 10.5, None));
    assert_eq!((after.captured_at, after.captured_local.as_str()), (scene.now(), "2024-06-01T14:00:05+02:00"));
    let pose = after.orientation;
    assert_eq!((pose.heading, pose.heading_computed, pose.sensor_heading), (Some(12.25), false, Some(90.0)));
    assert_eq!((pose.pitch, pose.roll, pose.yaw), (Some(-3.0), Some(2.5), None));
    assert_eq!(after.edited, Edited { heading: true, position: true, time: true, pose: true });
    assert_eq!(after.rights.notice(None).as_deref(), Some("Ada, CC0-1.0"));
    assert_eq!((after.updated_at, after.revisions.metadata), (scene.now(), 1));
    assert_eq!((after.visibility, after.rank, &after.overrides), (before.visibility, before.rank, &before.overrides));
    assert_eq!(shown(scene, other).await.picture, neighbour);

    let logged = scene.catalog.changes(log, 10).await.unwrap();
    let of_it = logged.iter().filter(|change| change.picture == Some(id)).map(|change| change.kind);
    assert_eq!(of_it.collect::<Vec<_>>(), [ChangeKind::Edited]);
    assert_eq!(scene.queued(JobKind::Redact, id.0).await, 1, "its files follow");
    assert_eq!(scene.queued(JobKind::Redact, other.0).await, 0);
    assert_eq!(scene.queued(JobKind::Refresh, street.sequence.0).await, 1, "its track is another");
    assert_eq!(scene.catalog.coverage_drift().await.unwrap(), 0);
    let sequence = scene.catalog.sequence(Viewer::Anonymous, street.sequence).await.unwrap().unwrap();
    assert_eq!(sequence.updated_at, scene.now());

    let [EditChange::Picture { id: changed, was, became }] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((*changed, became), (id, &everything(scene)));
    let position = was.position.unwrap();
    assert_eq!((position.lon, position.accuracy, position.edited), (before.lon, Some(4.0), false));
    let made = scene.catalog.find_edit(edit).await.unwrap().unwrap();
    let expected = Edit {
        id: edit,
        account: street.account.id,
        name: "ada".to_owned(),
        at: scene.now(),
        operation: json!({ "b": 1, "a": "x" }),
        undoes: None,
        undone_by: None,
        changes: 1,
    };
    assert_eq!(made, expected);
    let kept = scene.catalog.edit_changes(edit, 0, 10).await.unwrap();
    assert_eq!(kept, [(1, changes[0].clone())], "the record says what was answered");
    assert_eq!(scene.catalog.edit_changes(edit, 1, 10).await.unwrap(), []);
}

pub async fn what_is_so_already_is_no_edit(scene: &Scene) {
    let street = street(scene, 1).await;
    let id = street.pictures[0];
    done(scene, &street.account, vec![of_picture(id, everything(scene))]).await;
    let log = scene.catalog.last_change().await.unwrap();
    let again = new(scene, &street.account, vec![of_picture(id, everything(scene))]);
    assert_eq!(make(scene, &again).await, EditReceipt::Nothing { unfulfilled: Vec::new() });
    assert_eq!(scene.catalog.find_edit(again.id).await.unwrap(), None);
    assert_eq!(scene.catalog.last_change().await.unwrap(), log);
    let gone = PictureId(scene.world.id());
    let nothing = new(scene, &street.account, vec![of_picture(gone, everything(scene))]);
    assert_eq!(make(scene, &nothing).await, EditReceipt::Nothing { unfulfilled: vec![(0, Unfulfilled::Gone)] });
}

pub async fn hiding_acts_at_once(scene: &Scene) {
    let street = street(scene, 2).await;
    let id = street.pictures[0];
    let hide = |visibility| PictureFields::from(visibility);
    done(scene, &street.account, vec![of_picture(id, hide(Visibility::OwnerOnly))]).await;
    assert_eq!(scene.catalog.item(Viewer::Anonymous, id).await.unwrap(), None);
    assert!(scene.catalog.item(viewer(&street.account), id).await.unwrap().is_some());
    assert_eq!(scene.queued(JobKind::Redact, id.0).await, 0, "its files say the same");
    done(scene, &street.account, vec![of_picture(id, hide(Visibility::Anyone))]).await;
    assert!(scene.catalog.item(Viewer::Anonymous, id).await.unwrap().is_some());

    let whole = |visibility| Wish::Sequence {
        id: street.sequence,
        set: SequenceFields { visibility: Some(visibility), ..SequenceFields::default() },
        tags: TagEdits::default(),
        expected: None,
    };
    done(scene, &street.account, vec![whole(Visibility::OwnerOnly)]).await;
    for id in &street.pictures {
        assert_eq!(scene.catalog.item(Viewer::Anonymous, *id).await.unwrap(), None);
    }
    assert_eq!(scene.catalog.sequence(Viewer::Anonymous, street.sequence).await.unwrap(), None);
    assert_eq!(scene.catalog.coverage_drift().await.unwrap(), 0);
    // To harvesters, what is hidden is gone; to its owner it is not.
    for (viewer, is_gone) in [(Viewer::Anonymous, true), (viewer(&street.account), false)] {
        let query = SequenceQuery { with_gone: true, ..scene.sequence_query(viewer) };
        let listed = scene.catalog.sequences(&query).await.unwrap().listed;
        let [only] = listed.as_slice() else { panic!("{listed:?}") };
        assert_eq!((only.place.id, only.sequence.is_none()), (street.sequence, is_gone));
    }
    done(scene, &street.account, vec![whole(Visibility::Anyone)]).await;
    assert!(scene.catalog.item(Viewer::Anonymous, id).await.unwrap().is_some());
}

pub async fn a_picture_that_is_moved_into_an_excluded_area_is_hidden(scene: &Scene) {
    let street = street(scene, 1).await;
    let id = street.pictures[0];
    add(scene, area(scene, None, square(-70.26, 10.49, 0.02))).await;
    let moved = PictureFields { position: everything(scene).position, ..PictureFields::default() };
    let (_, changes) = done(scene, &street.account, vec![of_picture(id, moved)]).await;
    assert_eq!(scene.catalog.item(Viewer::Anonymous, id).await.unwrap(), None);
    let back = NewEdit { strict: false, ..new(scene, &street.account, backwards(changes)) };
    assert!(matches!(make(scene, &back).await, EditReceipt::Done { .. }));
    assert!(scene.catalog.item(Viewer::Anonymous, id).await.unwrap().is_some());
}

pub async fn what_was_edited_stays_when_a_set_is_sorted_anew(scene: &Scene) {
    let street = street(scene, 2).await;
    let id = street.pictures[0];
    let heading = PictureFields::from(HeadingState::given(12.25));
    let title = Wish::Sequence {
        id: street.sequence,
        set: SequenceFields { title: Some(("By hand".to_owned(), true)), ..SequenceFields::default() },
        tags: adding(&[("road", "D10")]),
        expected: None,
    };
    done(scene, &street.account, vec![of_picture(id, heading), title]).await;
    let shots = scene.catalog.shots(street.set).await.unwrap();
    let shot = shots.iter().find(|shot| shot.id == id).unwrap();
    assert_eq!(shot.sensor_heading, Some(12.25), "duplicates and arrows go by it");
    let mut plan = scene.plan(street.set, vec![scene.part(street.sequence, &street.pictures)]);
    plan.parts[0].shots[0].computed_heading = Some(300.0);
    scene.dispatch(&plan).await;
    let after = shown(scene, id).await;
    assert_eq!((after.picture.orientation.heading, after.picture.orientation.heading_computed), (Some(12.25), false));
    let sequence = scene.catalog.sequence(Viewer::Anonymous, street.sequence).await.unwrap().unwrap();
    assert_eq!(sequence.title, "By hand");
    assert_eq!(sequence.semantics, [tag("transport", "foot"), tag("road", "D10")]);
}

pub async fn tags_come_and_go(scene: &Scene) {
    let street = street(scene, 1).await;
    let (id, bob) = (street.pictures[0], scene.account("bob").await);
    done(scene, &bob, vec![tagging(id, adding(&[("a", "1"), ("a", "2")]))]).await;
    let item = shown(scene, id).await;
    assert_eq!(item.picture.semantics, [tag("a", "1"), tag("a", "2")]);
    assert_eq!((item.picture.updated_at, item.picture.revisions.metadata), (scene.now(), 0));
    let twice = new(scene, &bob, vec![tagging(id, adding(&[("b", "1"), ("a", "1")]))]);
    assert_eq!(make(scene, &twice).await, EditReceipt::TagExists(tag("a", "1")));
    assert_eq!(shown(scene, id).await.picture.semantics.len(), 2, "nothing was done");
    let lenient = NewEdit { strict: false, ..twice };
    assert!(matches!(make(scene, &lenient).await, EditReceipt::Done { .. }));
    let replace = TagEdits { add: vec![tag("a", "3")], remove: vec![tag("a", "1"), tag("never", "there")] };
    let (_, changes) = done(scene, &bob, vec![tagging(id, replace)]).await;
    let [EditChange::Picture { was, became, .. }] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((&was.semantics, &became.semantics), (&Some(vec![tag("a", "1")]), &Some(vec![tag("a", "3")])));
    assert_eq!(shown(scene, id).await.picture.semantics, [tag("a", "2"), tag("b", "1"), tag("a", "3")]);
    let many: Vec<Semantic> = (0..=MOST_TAGS).map(|number| tag("n", &number.to_string())).collect();
    let many = new(scene, &bob, vec![tagging(id, TagEdits { add: many, remove: Vec::new() })]);
    assert_eq!(make(scene, &many).await, EditReceipt::TooMany);
}

pub fn marked(left: i64, tags: &[(&str, &str)]) -> Marked {
    Marked { shape: vec![[left, 0], [left + 5, 0], [left + 5, 5], [left, 5], [left, 0]], semantics: adding(tags).add }
}

pub async fn parts_of_pictures_are_marked(scene: &Scene) {
    let street = street(scene, 1).await;
    let (picture, account) = (street.pictures[0], &street.account);
    let [one, two, three] = [(); 3].map(|()| AnnotationId(scene.world.id()));
    let mark = |id, marked| Wish::Mark { id, picture, marked };
    done(scene, account, vec![mark(one, marked(1, &[("sign", "stop")]))]).await;
    scene.pass(1);
    done(scene, account, vec![mark(two, marked(20, &[]))]).await;
    let item = shown(scene, picture).await;
    assert_eq!(item.annotations.iter().map(|each| each.id).collect::<Vec<_>>(), [one, two]);
    assert_eq!((item.picture.annotation_changes, item.picture.updated_at), (2, scene.now()));
    let query = SearchQuery { ids: vec![picture], ..scene.query(Viewer::Anonymous) };
    let found = scene.catalog.search(&query).await.unwrap();
    assert_eq!(found.items[0].annotations, item.annotations, "searches tell them, too");
    // The same part again is the same annotation.
    let (_, changes) = done(scene, account, vec![mark(three, marked(1, &[("colour", "red")]))]).await;
    assert!(matches!(&changes[..], [EditChange::Annotation { id, was: Some(_), .. }] if *id == one), "{changes:?}");
    let annotation = scene.catalog.annotation(one).await.unwrap().unwrap();
    assert_eq!(annotation.marked, marked(1, &[("sign", "stop"), ("colour", "red")]));
    assert_eq!((annotation.picture, annotation.account), (picture, account.id));
    assert_eq!(scene.catalog.annotation(three).await.unwrap(), None);
    // Without tags it is gone.
    let tags = TagEdits { add: Vec::new(), remove: annotation.marked.semantics.clone() };
    let (_, changes) = done(scene, account, vec![Wish::Retag { id: one, picture, tags }]).await;
    assert!(matches!(&changes[..], [EditChange::Annotation { became: None, .. }]), "{changes:?}");
    done(scene, account, vec![Wish::Unmark { id: two, picture }]).await;
    assert_eq!(shown(scene, picture).await.annotations, []);
    let gone = new(scene, account, vec![Wish::Unmark { id: two, picture }]);
    assert_eq!(make(scene, &gone).await, EditReceipt::Nothing { unfulfilled: vec![(0, Unfulfilled::Gone)] });
    let many = (0..=MOST_ANNOTATIONS as i64).map(|left| mark(AnnotationId(scene.world.id()), marked(left, &[])));
    assert_eq!(make(scene, &new(scene, account, many.collect())).await, EditReceipt::TooMany);
    assert_eq!(shown(scene, picture).await.annotations, []);
}

pub async fn undoing_puts_back_what_nobody_changed_since(scene: &Scene) {
    let street = street(scene, 2).await;
    let [id, other] = [street.pictures[0], street.pictures[1]];
    let (first, before) = (shown(scene, id).await.picture, shown(scene, other).await.picture);
    let wishes = vec![of_picture(id, everything(scene)), of_picture(other, everything(scene))];
    let (edit, changes) = done(scene, &street.account, wishes).await;
    let later = PictureFields::from(HeadingState::given(200.0));
    done(scene, &street.account, vec![of_picture(id, later)]).await;
    scene.pass(5);
    let undo = NewEdit { undoes: Some(edit), strict: false, ..new(scene, &street.account, backwards(changes)) };
    let EditReceipt::Done { unfulfilled, .. } = make(scene, &undo).await else { panic!("not undone") };
    assert_eq!(unfulfilled, [(0, Unfulfilled::Changed(vec!["heading"]))]);
    let kept = shown(scene, id).await.picture;
    assert_eq!((kept.orientation.heading, kept.orientation.pitch, kept.lon), (Some(200.0), Some(1.5), first.lon));
    assert_eq!(kept.edited, Edited { heading: true, ..Edited::default() });
    let after = shown(scene, other).await.picture;
    assert_eq!(after.revisions.metadata, 2, "its files follow back");
    let same = crate::model::Picture { updated_at: before.updated_at, revisions: before.revisions, ..after };
    assert_eq!(same, before);
    let undone = scene.catalog.find_edit(edit).await.unwrap().unwrap();
    assert_eq!(undone.undone_by, Some(undo.id));
    assert_eq!(scene.catalog.find_edit(undo.id).await.unwrap().unwrap().undoes, Some(edit));
    let twice = NewEdit { id: EditId(scene.world.id()), ..undo };
    assert_eq!(make(scene, &twice).await, EditReceipt::NotUndoable);
}

/// The record is read to the last bit: what is there is what it became, and what comes back is what was.
pub async fn numbers_are_recorded_exactly(scene: &Scene) {
    let street = street(scene, 1).await;
    let id = street.pictures[0];
    for step in 1..200 {
        let awkward = f64::from(step) * std::f64::consts::PI / 7.0;
        let before = shown(scene, id).await.picture;
        let set = PictureFields {
            heading: Some(HeadingState::given(awkward)),
            position: Some(PositionState { lon: awkward, lat: awkward / 3.0, accuracy: None, edited: true }),
            ..PictureFields::default()
        };
        let (edit, _) = done(scene, &street.account, vec![of_picture(id, set.clone())]).await;
        let changes = scene.catalog.edit_changes(edit, 0, 10).await.unwrap();
        let changes = changes.into_iter().map(|(_, change)| change).collect();
        let undo = NewEdit { undoes: Some(edit), strict: false, ..new(scene, &street.account, backwards(changes)) };
        let receipt = make(scene, &undo).await;
        assert!(matches!(&receipt, EditReceipt::Done { unfulfilled, .. } if unfulfilled.is_empty()), "{receipt:?}");
        let after = shown(scene, id).await.picture;
        assert_eq!((after.lon, after.lat, after.orientation), (before.lon, before.lat, before.orientation));
        // The next one begins from here.
        done(scene, &street.account, vec![of_picture(id, set)]).await;
    }
}

/// Whatever is done, undone in the opposite order, leaves everything as it was.
pub async fn a_history_can_be_rolled_back(scene: &Scene) {
    let street = street(scene, 3).await;
    let snapshot = async || {
        let viewer = viewer(&street.account);
        let mut items = scene.catalog.sequence_items(viewer, street.sequence, 0, 10).await.unwrap();
        for item in &mut items {
            item.picture.updated_at = street.account.created_at;
            item.picture.revisions = crate::model::Revisions::default();
            item.picture.annotation_changes = 0;
            item.picture.semantics.sort();
            item.sequence_semantics.sort();
            for annotation in &mut item.annotations {
                annotation.created_at = street.account.created_at;
                annotation.marked.semantics.sort();
            }
            item.annotations.sort_by_key(|annotation| annotation.id);
        }
        let sequence = scene.catalog.sequence(viewer, street.sequence).await.unwrap().unwrap();
        (items, sequence.title, sequence.visibility, sequence.sorted_by)
    };
    for round in 0..4 {
        let start = snapshot().await;
        let mut history = Vec::new();
        for step in 0..25 {
            // What is chosen comes from the scene's seed: the same on each run, and on each database.
            let chance = scene.world.id().as_u128();
            let pick = |of: u128, shift: u32| (chance >> shift) % of;
            let picture = street.pictures[pick(3, 8) as usize];
            let known: Vec<AnnotationId> = shown_to(scene, &street.account, picture).await;
            let pair = (["a", "b", "c"][pick(3, 16) as usize], ["1", "2"][pick(2, 24) as usize]);
            let tags = match pick(2, 32) {
                0 => adding(&[pair]),
                _ => TagEdits { add: Vec::new(), remove: vec![tag(pair.0, pair.1)] },
            };
            let degrees = pick(360, 40) as f64;
            let wish = match (pick(9, 80), known.first()) {
                (0, _) => of_picture(picture, everything(scene)),
                (1, _) => tagging(picture, tags),
                (2, _) => of_picture(picture, HeadingState::along_track(degrees).into()),
                (3, _) => of_picture(picture, Visibility::ALL[pick(3, 48) as usize].into()),
                (4, _) => Wish::Sequence {
                    id: street.sequence,
                    set: SequenceFields {
                        title: Some((format!("Title {}", pick(5, 56)), true)),
                        visibility: Some(Visibility::ALL[pick(3, 48) as usize]),
                        sorted_by: Some(["", "+filename"][pick(2, 64) as usize].to_owned()),
                        semantics: None,
                    },
                    tags,
                    expected: None,
                },
                (5 | 6, Some(id)) => Wish::Retag { id: *id, picture, tags },
                (7, Some(id)) => Wish::Unmark { id: *id, picture },
                _ => {
                    let marked = marked(pick(3, 72) as i64 * 10, &[pair]);
                    Wish::Mark { id: AnnotationId(scene.world.id()), picture, marked }
                }
            };
            scene.pass(1);
            let edit = NewEdit { strict: false, ..new(scene, &street.account, vec![wish]) };
            match make(scene, &edit).await {
                EditReceipt::Done { changes, .. } => history.push((edit.id, changes)),
                EditReceipt::Nothing { .. } => {}
                other => panic!("round {round} step {step}: {other:?}"),
            }
            assert_eq!(scene.catalog.coverage_drift().await.unwrap(), 0, "round {round} step {step}");
        }
        for (id, changes) in history.into_iter().rev() {
            scene.pass(1);
            let undo =
                NewEdit { undoes: Some(id), strict: false, ..new(scene, &street.account, backwards(changes.clone())) };
            let receipt = make(scene, &undo).await;
            assert!(
                matches!(&receipt, EditReceipt::Done { unfulfilled, .. } if unfulfilled.is_empty()),
                "round {round}: {changes:?} {receipt:?}"
            );
        }
        assert_eq!(snapshot().await, start, "round {round}");
    }
}

async fn shown_to(scene: &Scene, account: &Account, id: PictureId) -> Vec<AnnotationId> {
    let item = scene.catalog.item(viewer(account), id).await.unwrap().unwrap();
    item.annotations.iter().map(|annotation| annotation.id).collect()
}

pub async fn history_is_read_backwards(scene: &Scene) {
    let street = street(scene, 2).await;
    let (id, bob) = (street.pictures[0], scene.account("bob").await);
    let mut edits = Vec::new();
    for value in ["1", "2", "3"] {
        scene.pass(1);
        edits.push(done(scene, &bob, vec![tagging(id, adding(&[("a", value)]))]).await.0);
    }
    scene.pass(1);
    let both = vec![
        tagging(id, adding(&[("b", "1")])),
        Wish::Mark { id: AnnotationId(scene.world.id()), picture: id, marked: marked(1, &[("c", "1")]) },
        tagging(street.pictures[1], adding(&[("b", "1")])),
    ];
    edits.push(done(scene, &bob, both).await.0);
    let of = HistoryOf::Picture(id);
    let page = scene.catalog.history(of, None, 2).await.unwrap();
    let ids: Vec<EditId> = page.iter().map(|(edit, _)| edit.id).collect();
    assert_eq!(ids, [edits[3], edits[3], edits[2]], "what one edit did to it stands together");
    let before = page.last().map(|(edit, _)| (edit.at, edit.id));
    let rest = scene.catalog.history(of, before, 10).await.unwrap();
    assert_eq!(rest.iter().map(|(edit, _)| edit.id).collect::<Vec<_>>(), [edits[1], edits[0]]);
    let mine = scene.catalog.edits_by(bob.id, None, 3).await.unwrap();
    assert_eq!(mine.iter().map(|edit| edit.id).collect::<Vec<_>>(), [edits[3], edits[2], edits[1]]);
    let rest = scene.catalog.edits_by(bob.id, Some((mine[2].at, mine[2].id)), 3).await.unwrap();
    assert_eq!(rest.iter().map(|edit| edit.id).collect::<Vec<_>>(), [edits[0]]);
    assert_eq!(scene.catalog.edits_by(street.account.id, None, 3).await.unwrap(), []);
    let of_sequence = scene.catalog.history(HistoryOf::Sequence(street.sequence), None, 10).await.unwrap();
    assert_eq!(of_sequence, []);
}

pub async fn nothing_is_left_of_what_is_deleted(scene: &Scene) {
    let street = street(scene, 2).await;
    let id = street.pictures[0];
    let annotation = AnnotationId(scene.world.id());
    let wishes = vec![
        Wish::Picture { id, set: everything(scene), tags: adding(&[("a", "1")]), expected: None },
        Wish::Mark { id: annotation, picture: id, marked: marked(1, &[("c", "1")]) },
    ];
    let (edit, _) = done(scene, &street.account, wishes).await;
    assert!(scene.catalog.delete_picture(id, scene.two_jobs(), scene.now()).await.unwrap());
    assert_eq!(scene.catalog.annotation(annotation).await.unwrap(), None);
    assert_eq!(scene.catalog.edit_changes(edit, 0, 10).await.unwrap(), [], "nor where it was");
    assert_eq!(scene.catalog.history(HistoryOf::Picture(id), None, 10).await.unwrap(), []);
    assert!(scene.catalog.find_edit(edit).await.unwrap().is_some());
    let again = new(scene, &street.account, vec![of_picture(id, everything(scene))]);
    assert_eq!(make(scene, &again).await, EditReceipt::Nothing { unfulfilled: vec![(0, Unfulfilled::Gone)] });
}

pub async fn pictures_are_chosen_for_an_edit(scene: &Scene) {
    let ada = scene.account("ada").await;
    let (one, two) =
        (scene.street(&ada, Visibility::Anyone, 2).await, scene.street(&ada, Visibility::OwnerOnly, 1).await);
    let waiting = scene.accept(one.set, scene.picture(&ada)).await;
    let chosen = async |selection: Selection, limit| {
        let found = scene.catalog.editable(&selection, limit).await.unwrap();
        found.into_iter().map(|each| (each.id, each.now.rank.unwrap(), each.seen_by)).collect::<Vec<_>>()
    };
    let [first, second] =
        [(one.pictures[0], 1, Some(Visibility::Anyone)), (one.pictures[1], 2, Some(Visibility::Anyone))];
    let hidden = (two.pictures[0], 1, Some(Visibility::OwnerOnly));
    let twice = Selection {
        pictures: vec![first.0, waiting, PictureId(scene.world.id())],
        sequences: vec![one.sequence],
        upload_sets: vec![one.set],
    };
    assert_eq!(chosen(twice.clone(), 10).await, [first, second]);
    assert_eq!(chosen(twice, 1).await, [first]);
    let all = Selection { upload_sets: vec![one.set, two.set], ..Selection::default() };
    let mut all = chosen(all, 10).await;
    all.sort_unstable_by_key(|each| each.0);
    let mut expected = vec![first, second, hidden];
    expected.sort_unstable_by_key(|each| each.0);
    assert_eq!(all, expected);
    assert_eq!(chosen(Selection::default(), 10).await, []);
}

pub async fn the_edits_of_a_run_are_found_until_they_are_undone(scene: &Scene) {
    let ada = scene.account("ada").await;
    let ben = scene.account("ben").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let run = scene.world.id();
    let tagged = |account: &Account, value: &str, run| {
        let tag = Semantic { key: "k".to_owned(), value: value.to_owned() };
        let tags = TagEdits { add: vec![tag], remove: Vec::new() };
        NewEdit { run, ..new(scene, account, vec![tagging(street.pictures[0], tags)]) }
    };
    let (mut of_run, mut undo) = (Vec::new(), None);
    for value in ["1", "2"] {
        scene.pass(1);
        let edit = tagged(&ada, value, Some(run));
        let EditReceipt::Done { changes, .. } = make(scene, &edit).await else { panic!("not done") };
        undo = Some((edit.id, changes));
        of_run.insert(0, edit.id);
    }
    make(scene, &tagged(&ben, "3", Some(run))).await;
    make(scene, &tagged(&ada, "4", None)).await;
    make(scene, &tagged(&ada, "5", Some(scene.world.id()))).await;
    let found = async |limit| {
        let edits = scene.catalog.edits_of_run(ada.id, run, limit).await.unwrap();
        edits.into_iter().map(|edit| edit.id).collect::<Vec<_>>()
    };
    assert_eq!((found(10).await, found(1).await), (of_run.clone(), of_run[..1].to_vec()));
    let (latest, changes) = undo.unwrap();
    let back = NewEdit { undoes: Some(latest), strict: false, ..new(scene, &ada, backwards(changes)) };
    assert!(matches!(make(scene, &back).await, EditReceipt::Done { .. }));
    assert_eq!(found(10).await, of_run[1..]);
}
