//! Every statement of the hot paths takes an index: what they read does not grow with the catalog.
//!
//! The statements are overheard while the repository runs them, so none can be forgotten, and are explained by the
//! database afterwards.
#![expect(clippy::unwrap_used, reason = "this is test code")]

mod city;
mod moderation;
mod overheard;

use std::collections::BTreeSet;

use flaneur_access::Viewer;
use flaneur_catalog::{
    Accounts as _, Areas as _, Counting as _, Coverage as _, Dataset as _, Edits as _, Jobs as _, Pictures as _,
    Quotas as _, Sequences as _, Takeout as _, Transfers as _, Upkeep as _, UploadSets as _, Uploads as _,
    Webhooks as _,
    model::{
        AnnotationId, Area, AreaId, AreaLimits, AreaReceipt, AreaRevision, AreaShape, Comparison, DatasetPart,
        DispatchPart, DispatchPlan, EditId, EditReceipt, ExcludedArea, Failure, Filter, HeadingState, HistoryOf, JobId,
        JobKind, Marked, NewEdit, NewUpload, Objects, Order, PartId, Parts, PictureFields, PictureId, PictureMark,
        PictureProperty, PlacedShot, Publication, ReceivedFile, RefusedFile, Rejection, ReportId, SearchQuery,
        Selection, Semantic, SequenceFields, SequenceKey, SequenceMark, SequenceOrder, SequencePlace, SequenceProperty,
        SequenceQuery, Severity, Shape, Summarised, Sweep, TagEdits, UploadId, UploadOutcome, UploadPart,
        UploadReceipt, Value, Wish,
    },
    sqlite::SqliteCatalog,
};
use flaneur_coverage::quadkey::{Bbox, Tile};
use jiff::{SignedDuration, Timestamp};
use sqlx::Row as _;
use tracing_subscriber::prelude::*;
use uuid::Uuid;

use overheard::Overheard;

fn now() -> Timestamp {
    Timestamp::from_second(1_717_236_000).unwrap()
}

fn job() -> JobId {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    JobId(Uuid::from_u128(NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed).into()))
}

async fn searches(catalog: &SqliteCatalog) {
    let all = SearchQuery::all(Viewer::Anonymous, 10);
    let area = |reach: f64| {
        let bbox = Bbox { west: 2.35 - reach, south: 48.85 - reach, east: 2.35 + reach, north: 48.85 + reach };
        Some(Area::of(bbox))
    };
    let id = PictureId(Uuid::from_u128((2 << 64) + 5));
    let parts = Parts { exif: false, neighbours: false, annotations: false };
    assert_eq!(catalog.search(&SearchQuery { parts, ..all.clone() }).await.unwrap().items.len(), 10);
    for order in [Order::Newest, Order::Oldest, Order::Nearest(2.35, 48.85)] {
        for dates in [None, Some(Timestamp::from_microsecond(city::START).unwrap())] {
            let all = SearchQuery { order, since: dates, until: dates.map(|_| now()), ..all.clone() };
            for query in [
                all.clone(),
                SearchQuery { ids: vec![id], ..all.clone() },
                SearchQuery { sequences: vec![city::sequence(1)], area: area(1.0), ..all.clone() },
                SearchQuery { ids: vec![id], sequences: vec![city::sequence(0)], ..all.clone() },
                SearchQuery { area: area(0.001), ..all.clone() },
                SearchQuery { area: area(1.0), ..all.clone() },
            ] {
                let found = catalog.search(&query).await.unwrap().items;
                assert!(!found.is_empty() || query.area == area(0.001), "{query:?}");
            }
        }
    }
}

/// Searches and lists by filters, in every order and on from a page.
async fn filtered(catalog: &SqliteCatalog) {
    let sign = PictureProperty::Tag("osm|traffic_sign".to_owned());
    let stop = Filter::Compare(sign.clone(), Comparison::Equal, Value::Text("stop".to_owned()));
    let make = Filter::Compare(PictureProperty::Make, Comparison::Equal, Value::Text("Make".to_owned()));
    let day = Filter::Compare(
        PictureProperty::CapturedAt,
        Comparison::AtLeast,
        Value::Time(Timestamp::from_microsecond(city::START).unwrap()),
    );
    let world = Bbox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };
    for filter in [
        stop.clone(),
        Filter::Known(sign),
        Filter::Known(PictureProperty::Tags),
        Filter::All(vec![make.clone(), stop.clone()]),
        Filter::Any(vec![make.clone(), stop]),
        Filter::Not(Box::new(Filter::Not(Box::new(make.clone())))),
        day,
        make,
    ] {
        for order in [Order::Newest, Order::Oldest, Order::Nearest(2.35, 48.85), Order::Id, Order::IdBackwards] {
            for area in [None, Some(Area::of(world))] {
                let mut query = SearchQuery {
                    area,
                    filter: Some(filter.clone()),
                    order,
                    ..SearchQuery::all(Viewer::Anonymous, 10)
                };
                let found = catalog.search(&query).await.unwrap();
                assert_eq!(found.items.len(), 10, "{query:?}");
                query.after = found.next;
                assert_eq!(catalog.search(&query).await.unwrap().items.len(), 10, "{query:?}");
            }
        }
    }
    let car = Filter::Compare(
        SequenceProperty::Tag("transport".to_owned()),
        Comparison::Equal,
        Value::Text("car".to_owned()),
    );
    let title = Filter::Known(SequenceProperty::Title);
    let updated = Filter::Compare(SequenceProperty::UpdatedAt, Comparison::AtLeast, Value::Time(Timestamp::UNIX_EPOCH));
    for filter in [None, Some(car), Some(title), Some(updated)] {
        for by in [SequenceKey::Created, SequenceKey::Updated, SequenceKey::Captured, SequenceKey::Id] {
            for (with_gone, account) in [(false, None), (true, None), (true, Some(city::ADA))] {
                let mut query = SequenceQuery {
                    account,
                    filter: filter.clone(),
                    with_gone,
                    order: SequenceOrder { by, descending: with_gone },
                    ..SequenceQuery::all(Viewer::Anonymous, 10)
                };
                let list = catalog.sequences(&query).await.unwrap();
                assert_eq!(list.listed.len(), 10, "{query:?}");
                query.after = list.next;
                assert_eq!(catalog.sequences(&query).await.unwrap().listed.len(), 10, "{query:?}");
            }
        }
    }
}

async fn reads(catalog: &SqliteCatalog) {
    let ada = Viewer::Account { id: city::ADA.0, admin: false };
    for viewer in [Viewer::Anonymous, ada] {
        let item = catalog.sequence_items(viewer, city::sequence(3), 10, 5).await.unwrap().pop().unwrap();
        assert!(catalog.item(viewer, item.picture.id).await.unwrap().is_some());
        let narrow = SearchQuery { since: Some(Timestamp::UNIX_EPOCH), ..SearchQuery::all(viewer, 5) };
        assert_eq!(catalog.sequence_items_found(city::sequence(3), &narrow, 10).await.unwrap().len(), 5);
        assert!(catalog.last_rank(viewer, city::sequence(3)).await.unwrap() >= item.picture.rank);
        catalog.picture(item.picture.id).await.unwrap();
        catalog.picture_to_destroy(item.picture.id).await.unwrap();
        catalog.detections(item.picture.id).await.unwrap();
        catalog.with_original(&[item.picture.id]).await.unwrap();
        catalog.sequence(viewer, city::sequence(3)).await.unwrap().unwrap();
        assert_eq!(catalog.first_items(viewer, &[city::sequence(3), city::sequence(4)]).await.unwrap().len(), 2);
        catalog.summary_points(city::sequence(3)).await.unwrap();
        catalog.extent().await.unwrap().unwrap();
        assert!(catalog.published(Some(city::ADA)).await.unwrap().pictures > 0);
        for account in [None, Some(city::ADA)] {
            let query = SequenceQuery {
                account,
                after: Some(SequencePlace { at: Timestamp::UNIX_EPOCH, id: city::sequence(0) }),
                ..SequenceQuery::all(viewer, 10)
            };
            assert_eq!(catalog.sequences(&query).await.unwrap().listed.len(), 10);
            let tile = Tile::at(14, 2.35, 48.85).keys();
            let world = Tile { z: 0, x: 0, y: 0 }.keys();
            for (keys, zoom) in [(&tile, 20), (&world, 6)] {
                assert!(!catalog.grid(viewer, account, world.clone(), zoom).await.unwrap().is_empty());
                let marks = catalog.sequence_marks(viewer, account, keys.clone(), None, 1).await.unwrap();
                let after = marks.last().map(SequenceMark::place);
                catalog.sequence_marks(viewer, account, keys.clone(), after, 100).await.unwrap();
            }
            let marks = catalog.picture_marks(viewer, account, tile.clone(), None, 1).await.unwrap();
            let after = marks.last().map(PictureMark::place);
            catalog.picture_marks(viewer, account, tile, after, 100).await.unwrap();
            for value in [None, Some("stop")] {
                catalog.tagged(&[city::sequence(3).0], "osm|traffic_sign", value).await.unwrap();
            }
            assert!(!catalog.covered(viewer, None, 100).await.unwrap().is_empty());
            let sight = catalog.sight().await.unwrap();
            let tile = Tile::at(14, 2.35, 48.85);
            let drawn_at = flaneur_catalog::world::Clock::now(&flaneur_catalog::world::SystemClock);
            catalog.keep_tile(tile, &sight, "tag", b"bytes", drawn_at).await.unwrap();
            catalog.kept_tile(tile, None).await.unwrap().unwrap();
            catalog.tidy().await.unwrap();
        }
    }
    assert!(!catalog.accounts(Some("a"), 10).await.unwrap().is_empty());
    catalog.upload_set(city::SET).await.unwrap().unwrap();
    catalog.upload_set_state(city::SET, now()).await.unwrap().unwrap();
    catalog.upload_sets(city::ADA, 10).await.unwrap();
    catalog.transfers(city::ADA, true, 10).await.unwrap();
    catalog.webhooks(city::ADA).await.unwrap();
    catalog.take_webhook(1, Uuid::nil(), now(), now()).await.unwrap();
    catalog.usage(city::ADA).await.unwrap();
    catalog.quota(city::ADA).await.unwrap();
    catalog.upload_sets_since(city::ADA, now()).await.unwrap();
    catalog.files(city::SET, 10, 10).await.unwrap();
    catalog.shots(city::SET).await.unwrap();
    catalog.dead_jobs(10).await.unwrap();
}

/// Pages of what an account takes along.
async fn takeout(catalog: &SqliteCatalog) {
    for set in [None, Some(city::SET)] {
        let counts = catalog.own_counts(city::ADA, set).await.unwrap();
        assert_ne!(counts.pictures, 0);
        let page = catalog.own_pictures(city::ADA, set, None, 10).await.unwrap();
        assert_eq!(page.len(), 10);
        let after = page.last().map(|own| own.place);
        assert_eq!(catalog.own_pictures(city::ADA, set, after, 10).await.unwrap().len(), 10);
        let ids: Vec<PictureId> = page.iter().map(|own| own.place.picture).collect();
        catalog.objects_of(&ids).await.unwrap();
        catalog.redactions_of(&ids).await.unwrap();
        let sequences = catalog.own_sequences(city::ADA, set, None, 2).await.unwrap();
        let after = sequences.last().map(|last| SequencePlace { at: last.created_at, id: last.id });
        catalog.own_sequences(city::ADA, set, after, 2).await.unwrap();
    }
    let sets = catalog.own_sets(city::ADA, None, 1).await.unwrap();
    let after = sets.last().map(|set| (set.options.created_at, set.options.id));
    catalog.own_sets(city::ADA, after, 1).await.unwrap();
    catalog.changes_of_edits(&[EditId(Uuid::from_u128(1))]).await.unwrap();
    catalog.events_of_reports(&[ReportId(Uuid::from_u128(1))]).await.unwrap();
    catalog.own_transfers(city::ADA, None, 10).await.unwrap();
}

async fn lease(catalog: &SqliteCatalog, kind: JobKind) -> flaneur_catalog::model::Lease {
    catalog.lease(&[kind], Uuid::from_u128(9), SignedDuration::from_secs(60)).await.unwrap().unwrap()
}

async fn writes(catalog: &SqliteCatalog) {
    let rejection = Rejection {
        reason: "broken".to_owned(),
        severity: Severity::Error,
        message: "It is.".to_owned(),
        details: None,
    };
    let template = catalog.picture(PictureId(Uuid::from_u128(2 << 64))).await.unwrap().unwrap();
    for n in 0..3u128 {
        let id = PictureId(Uuid::from_u128(100 + n));
        let picture = flaneur_catalog::model::Picture { id, content_sha256: n.to_string(), ..template.clone() };
        let file =
            ReceivedFile { upload_set: city::SET, file_name: n.to_string(), picture, notices: Vec::new(), place: None };
        catalog.receive_file(file.clone(), [job(), job(), job()]).await.unwrap();
        catalog.receive_file(file, [job(), job(), job()]).await.unwrap();
    }
    let refused = RefusedFile {
        upload_set: city::SET,
        file_name: "a.txt".to_owned(),
        content_md5: None,
        size: None,
        inserted_at: now(),
        rejection: rejection.clone(),
    };
    catalog.refuse_file(refused, job()).await.unwrap();
    catalog.complete_upload_set(city::SET, job(), now()).await.unwrap();

    areas(catalog).await;
    uploads(catalog).await;

    let process = lease(catalog, JobKind::Process).await;
    catalog.heartbeat(&process, SignedDuration::ZERO).await.unwrap();
    let publication = Publication {
        picture: process.subject.into(),
        objects: Objects {
            master: "m".to_owned(),
            master_size: 1,
            sd: "s".to_owned(),
            thumb: "t".to_owned(),
            tiles: None,
        },
        shape: Shape { width: 2, height: 1 },
        detections: Vec::new(),
        patch: None,
        revision: 0,
        at: now(),
    };
    assert!(catalog.publish_picture(&process, publication, [job(), job(), job()]).await.unwrap());
    let process = lease(catalog, JobKind::Process).await;
    assert!(catalog.break_picture(&process, process.subject.into(), rejection, [job(), job()], now()).await.unwrap());
    let process = lease(catalog, JobKind::Process).await;
    assert!(catalog.release(&process).await.unwrap());
    let process = lease(catalog, JobKind::Process).await;
    assert!(catalog.fail(&process, Failure::Park { reason: "no".to_owned() }).await.unwrap());
    assert!(catalog.revive(process.job, now()).await.unwrap());
    let destroy = lease(catalog, JobKind::Destroy).await;
    assert!(catalog.destroyed(&destroy, destroy.subject.into()).await.unwrap());

    let dispatch = lease(catalog, JobKind::Dispatch).await;
    let shots = catalog.shots(city::SET).await.unwrap();
    let part = |n: usize| DispatchPart {
        sequence: city::sequence(n),
        title: "A walk".to_owned(),
        shots: shots
            .iter()
            .filter(|shot| shot.sequence == Some(city::sequence(n)))
            .map(|shot| PlacedShot { id: shot.id, computed_heading: Some(1.0) })
            .collect(),
    };
    let plan = DispatchPlan {
        upload_set: city::SET,
        parts: vec![part(1), part(2)],
        duplicates: Vec::new(),
        notices: Vec::new(),
        at: now(),
    };
    assert!(catalog.apply_dispatch(&dispatch, &plan, &job).await.unwrap());
    let refresh = lease(catalog, JobKind::Refresh).await;
    let summary = Summarised { lines: vec![vec![(2.0, 48.0)]], ..Summarised::default() };
    assert!(catalog.store_summary(&refresh, refresh.subject.into(), &summary, now()).await.unwrap());
    assert!(catalog.delete_picture(shots[150].id, [job(), job()], now()).await.unwrap());
    assert!(catalog.delete_sequence(city::sequence(1), &job, now()).await.unwrap());
    assert!(catalog.delete_upload_set(city::SET, &job, now()).await.unwrap());
}

async fn areas(catalog: &SqliteCatalog) {
    let at = catalog.picture(PictureId(Uuid::from_u128(2 << 64))).await.unwrap().unwrap();
    let corner = |east: f64, north: f64| vec![at.lon + east * 1e-3, at.lat + north * 1e-3];
    let ring = vec![corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0), corner(-1.0, -1.0)];
    let shape = AreaShape::new(&[vec![ring]]).unwrap();
    for (n, owner) in [(1, Some(at.account)), (2, None)] {
        let id = AreaId(Uuid::from_u128(n));
        let area = ExcludedArea {
            id,
            owner,
            allowed: false,
            label: None,
            is_public: false,
            shape: shape.clone(),
            created_at: now(),
        };
        assert_eq!(catalog.add_area(area, AreaLimits::GENERAL, job()).await.unwrap(), AreaReceipt::Added);
        let same = catalog.areas(owner).await.unwrap().remove(0);
        let changed = catalog.change_area(same, AreaLimits::GENERAL, job(), now()).await.unwrap();
        assert!(matches!(changed, AreaRevision::Changed(_)));
        for hides in [true, false] {
            let lease = lease(catalog, JobKind::Areas).await;
            while catalog.sweep_areas(&lease, 100, &job, now()).await.unwrap() == Sweep::Going {}
            assert_eq!(catalog.picture(at.id).await.unwrap().unwrap().exclusion.is_some(), hides);
            assert_eq!(catalog.remove_area(owner, id, job(), now()).await.unwrap(), hides);
        }
    }
    catalog.replace_areas(&[], job(), now()).await.unwrap();
}

async fn uploads(catalog: &SqliteCatalog) {
    let hour = SignedDuration::from_hours(1);
    let begin = async |n: u128| {
        let new = NewUpload {
            id: UploadId(Uuid::from_u128(n)),
            upload_set: city::SET,
            account: city::ADA,
            picture: PictureId(Uuid::from_u128(n)),
            file_name: "a.jpg".to_owned(),
            length: 1,
            metadata: String::new(),
            created_at: now(),
            expires_at: now() + hour,
        };
        assert_eq!(catalog.begin_upload(new.clone(), 10).await.unwrap(), UploadReceipt::Begun);
        let part = UploadPart { name: PartId(Uuid::from_u128(n)), upload: new.id, start: 0, size: 1 };
        catalog.append_parts(&[part], now(), now() + hour).await.unwrap().unwrap();
        new.id
    };
    let (one, two) = (begin(1).await, begin(2).await);
    assert_eq!(catalog.full_uploads(10).await.unwrap(), [one, two]);
    let holder = Uuid::from_u128(9);
    for id in [one, two] {
        assert!(catalog.hold_upload(id, holder, hour).await.unwrap());
    }
    catalog.upload(one).await.unwrap().unwrap();
    catalog.upload_parts(one).await.unwrap();
    catalog.open_uploads(city::SET, 10).await.unwrap();
    catalog.listed_parts(&[PartId(Uuid::from_u128(1))]).await.unwrap();
    catalog.parts(None, 10).await.unwrap();
    catalog.rewind_upload(one, holder, 0).await.unwrap().unwrap();
    catalog.drop_upload(one).await.unwrap().unwrap();
    catalog.release_upload(two, holder).await.unwrap();
    assert!(catalog.hold_upload(two, holder, hour).await.unwrap());
    let outcome = UploadOutcome { status: 202, body: serde_json::Value::Null };
    catalog.end_upload(two, holder, &outcome).await.unwrap().unwrap();
    begin(3).await;
    catalog.expire_uploads(now() + hour, now() + hour, 10).await.unwrap().unwrap();
}

/// What may be read from end to end: lists that the statement itself brings along (`tagged` has what was counted before);
/// pictures and sequences in an order, and dead jobs in order of their death, up to a limit; all tags, where any will do and few
/// were counted; files that are there and that nobody has looked at yet. `p` may stand for a list of such pictures.
fn is_bounded(step: &str, statement: &str) -> bool {
    let lists = [
        "SCAN w",
        "SCAN owner",
        "SCAN hit",
        "SCAN sqlite_sequence",
        "SCAN level",
        "SCAN json_each",
        "SCAN found",
        "SCAN tagged",
        "SCAN each_tag",
        "SCAN pictured",
        // As many as there are files of the dataset: one for some 50,000 pictures.
        "SCAN d USING INDEX dataset_parts_current",
        "SCAN dataset_parts USING INDEX dataset_parts_current",
        "SCAN d USING COVERING INDEX dataset_parts_current",
    ];
    let in_order = |table: &str, indexes: &[&str]| {
        let index = step.strip_prefix(table).and_then(|rest| rest.strip_prefix(" USING "));
        let index = index.and_then(|rest| rest.strip_prefix("COVERING ").unwrap_or(rest).strip_prefix("INDEX "));
        index.is_some_and(|index| indexes.contains(&index)) && statement.contains("LIMIT")
    };
    !step.starts_with("SCAN")
        || in_order("SCAN p", &["pictures_by_time", "sqlite_autoindex_pictures_1"])
        || in_order(
            "SCAN s",
            &["sequences_by_creation", "sequences_by_update", "sequences_by_capture", "sqlite_autoindex_sequences_1"],
        )
        || step == "SCAN t" && statement.contains("tags t WHERE t.picture_id IS NOT NULL AND TRUE")
        || lists.iter().any(|list| step.starts_with(list))
        || step.ends_with("CONSTANT ROWS")
        || step.ends_with("CONSTANT ROW")
        || step == "SCAN uploads USING INDEX uploads_full" && statement.contains("LIMIT")
        || step == "SCAN jobs USING INDEX jobs_dead" && statement.contains("LIMIT")
        || step == "SCAN p" && statement.contains(") p WHERE")
        || step == "SCAN chosen" && statement.contains(") chosen") && statement.contains("LIMIT")
        || step == "SCAN f" && statement.contains("LIMIT +$3 OFFSET $2) f")
}

/// Edits a sequence, a picture and a part of it, and reads their history.
async fn edits(catalog: &SqliteCatalog) {
    let (sequence, picture) = (city::sequence(1), PictureId(Uuid::from_u128((2 << 64) + 5)));
    let account = catalog.picture(picture).await.unwrap().unwrap().account;
    let tags = TagEdits { add: vec![Semantic { key: "a".to_owned(), value: "b".to_owned() }], remove: Vec::new() };
    let marked = Marked { shape: vec![[0, 0], [1, 0], [1, 1], [0, 0]], semantics: tags.add.clone() };
    let hidden = Some(flaneur_access::Visibility::LoggedOnly);
    let wishes = vec![
        Wish::Sequence {
            id: sequence,
            set: SequenceFields { visibility: hidden, ..SequenceFields::default() },
            tags: tags.clone(),
            expected: None,
        },
        Wish::Picture {
            id: picture,
            set: PictureFields {
                heading: Some(HeadingState::given(5.0)),
                visibility: hidden,
                ..PictureFields::default()
            },
            tags,
            expected: None,
        },
        Wish::Mark { id: AnnotationId(Uuid::from_u128(77)), picture, marked },
    ];
    let id = EditId(Uuid::from_u128(78));
    let (operation, run) = (serde_json::json!({}), Some(Uuid::nil()));
    let new = NewEdit { id, account, at: now(), operation, undoes: None, wishes, strict: true, run };
    let EditReceipt::Done { changes, unfulfilled } = catalog.edit(&new, &job).await.unwrap() else {
        panic!("not done")
    };
    assert_eq!((changes.len(), unfulfilled.len()), (3, 0));
    for of in [HistoryOf::Picture(picture), HistoryOf::Sequence(sequence)] {
        assert!(!catalog.history(of, Some((Timestamp::MAX, id)), 10).await.unwrap().is_empty());
    }
    assert_eq!(catalog.edits_by(account, Some((Timestamp::MAX, id)), 10).await.unwrap().len(), 1);
    assert_eq!(catalog.edits_of_run(account, Uuid::nil(), 10).await.unwrap().len(), 1);
    assert_eq!(catalog.edit_changes(id, 0, 10).await.unwrap().len(), 3);
    let selection = Selection { pictures: vec![picture], sequences: vec![sequence], upload_sets: Vec::new() };
    assert!(!catalog.editable(&selection, 10).await.unwrap().is_empty());
    assert!(!catalog.search(&shown(picture)).await.unwrap().items[0].annotations.is_empty());
}

/// A search for one picture, by an administrator.
fn shown(picture: PictureId) -> SearchQuery {
    SearchQuery { ids: vec![picture], ..SearchQuery::all(Viewer::Account { id: Uuid::nil(), admin: true }, 10) }
}

async fn dataset(catalog: &SqliteCatalog) {
    catalog.ask_dataset(job(), now()).await.unwrap();
    let lease = lease(catalog, JobKind::Dataset).await;
    let tile = Tile::at(9, 2.35, 48.85);
    let [part, old] = ["part", "old"].map(|name| DatasetPart {
        file: name.to_owned(),
        object: name.to_owned(),
        tile: tile.z.to_string(),
        keys: tile.keys(),
        pictures: 1,
        size: 1,
        number: 0,
        as_of: now(),
        bbox: tile.bbox(),
        captured: [now(), now()],
        withdrawn: false,
    });
    assert!(catalog.publish_parts(&lease, &[part], &["none".to_owned()], Some((0, now())), now()).await.unwrap());
    assert_eq!(catalog.dataset_parts().await.unwrap().len(), 1);
    assert!(catalog.dataset_part(&old.file).await.unwrap().is_none() && !catalog.has_part(&old.object).await.unwrap());
    assert!(catalog.dataset_items(tile.keys(), None, 9).await.is_ok() && catalog.cells_changed(0, 9).await.is_ok());
    assert!(catalog.old_parts(now(), 10).await.unwrap().is_empty() && catalog.forget_parts(&[old.file]).await.is_ok());
}

#[tokio::test]
async fn hot_statements_take_an_index() {
    let overheard = Overheard::default();
    tracing_subscriber::registry().with(overheard.clone()).init();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.sqlite");
    let catalog = city::build(&path, 30).await;
    overheard.0.lock().unwrap().clear();
    searches(&catalog).await;
    filtered(&catalog).await;
    reads(&catalog).await;
    takeout(&catalog).await;
    edits(&catalog).await;
    moderation::reports(&catalog, now(), &job).await;
    moderation::addresses(&catalog, now()).await;
    dataset(&catalog).await;
    writes(&catalog).await;
    let statements = std::mem::take(&mut *overheard.0.lock().unwrap());

    let mut connection = city::connect(&path).await;
    let (mut explained, mut counted, mut led_by_tags) = (0, 0, false);
    let mut scans = Vec::new();
    let mut indexes = BTreeSet::new();
    for statement in &statements {
        if ["BEGIN", "COMMIT", "ROLLBACK", "PRAGMA"].iter().any(|word| statement.starts_with(word)) {
            continue;
        }
        explained += 1;
        // A bare placeholder there has SQLite plan the statement anew each time that it gets its value, which is a quarter of
        // the time of a search (see `sqlite3ExprIsInteger`).
        assert!(!statement.contains("LIMIT $"), "LIMIT +$n is planned once: {statement}");
        let sql = format!("EXPLAIN QUERY PLAN {statement}");
        let steps = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap();
        for step in steps {
            let step: String = step.get("detail");
            if !is_bounded(&step, statement) {
                scans.push(format!("{step}\n    {statement}"));
            }
            // A set of 30,000 files is counted without reading one of its pictures.
            if statement.contains("FROM pictures WHERE upload_set_id") && statement.contains("GROUP BY sequence_id") {
                assert!(step.contains("USING COVERING INDEX pictures_by_upload_set"), "{step}\n    {statement}");
                counted += 1;
            }
            // Who looks for a tag begins with it.
            if statement.contains("tagged") && statement.contains("t.key =") && step.contains("SEARCH t ") {
                led_by_tags |= step.contains("USING INDEX tags_by_key");
            }
            indexes.extend(step.split_whitespace().skip_while(|word| *word != "INDEX").nth(1).map(str::to_owned));
        }
    }
    assert!(explained > 60, "{explained} statements overheard");
    assert_eq!(counted, 1, "one statement counts a set");
    assert!(led_by_tags, "no statement begins with a tag");
    assert!(scans.is_empty(), "{}", scans.join("\n\n"));

    let mut unused: BTreeSet<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
            .fetch_all(&mut connection)
            .await
            .unwrap()
            .into_iter()
            .collect();
    unused.retain(|index| !indexes.contains(index));
    // What accounts and holders of a key need is not among these paths; what triggers ask is not overheard.
    let elsewhere = [
        "logins_by_account",
        "pictures_public",
        "redactions_to_undo",
        "sessions_by_account",
        "tags_by_subject",
        "tokens_by_account",
        // Has a sequence come once at a time.
        "transfers_open",
    ];
    let elsewhere = elsewhere.map(str::to_owned);
    assert_eq!(unused, BTreeSet::from(elsewhere), "each index costs every write");
}
