//! Editing what is shown: the change, what follows from it, and its record, in one transaction.

mod fields;
mod history;
mod marks;
mod pictures;
mod sequences;
mod tags;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

pub use self::history::changes_of;
use self::{pictures::PictureNow, sequences::SequenceNow};
use super::{
    Connection, Store,
    areas::{self, Near},
    at_least_none, jobs,
    pictures::set_audience,
    tombstones::{disturb_sequence, touch_sequence},
};
use crate::{
    CatalogError, Edits, Result,
    model::{
        AccountId, Annotation, AnnotationId, Edit, EditChange, EditId, EditReceipt, Editable, HistoryOf, JobId,
        JobKind, NewEdit, PictureId, Selection, Semantic, SequenceId, Unfulfilled, Wish,
    },
    signals::Topic,
};

/// Why an edit is not made at all.
enum Refusal {
    TagExists(Semantic),
    TooMany,
}

/// What ends an edit before it is made.
enum Stop {
    Refused(Refusal),
    Failed(CatalogError),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<CatalogError> for Stop {
    fn from(error: CatalogError) -> Self {
        Self::Failed(error)
    }
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// What changed, if anything did, and what did not although it was wanted.
type Granted = std::result::Result<(Option<EditChange>, Option<Unfulfilled>), Stop>;

/// What follows from an edit.
struct Effects {
    at: Timestamp,
    /// Whose served files are to follow.
    files: Vec<PictureId>,
    /// Who sees these is to be settled, by owner and position.
    audience: BTreeMap<PictureId, (AccountId, f64, f64)>,
    /// These changed, or something in them; and whether they are to be summed up anew.
    sequences: BTreeMap<SequenceId, bool>,
}

/// What the wishes are about.
struct Subjects {
    pictures: HashMap<PictureId, PictureNow>,
    sequences: HashMap<SequenceId, SequenceNow>,
}

/// Holds everything that the wishes are about, pictures before sequences.
async fn hold(connection: &mut Connection, wishes: &[Wish]) -> Result<Subjects> {
    let (mut pictures, mut sequences, mut whole) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for wish in wishes {
        pictures.extend(wish.picture());
        if let Wish::Sequence { id, set, .. } = wish {
            sequences.insert(*id);
            if set.visibility.is_some() {
                whole.insert(*id);
            }
        }
    }
    let pictures: Vec<PictureId> = pictures.into_iter().collect();
    let whole: Vec<SequenceId> = whole.into_iter().collect();
    let pictures = pictures::hold(connection, &pictures, &whole).await?;
    sequences.extend(pictures.values().filter_map(|picture| picture.sequence_id));
    let sequences = sequences::hold(connection, sequences).await?;
    Ok(Subjects { pictures, sequences })
}

/// Does what is wanted of one thing.
async fn grant(
    connection: &mut Connection,
    effects: &mut Effects,
    subjects: &Subjects,
    wish: &Wish,
    (account, strict): (AccountId, bool),
) -> Granted {
    let gone = Ok((None, Some(Unfulfilled::Gone)));
    let picture = wish.picture().and_then(|id| subjects.pictures.get(&id));
    match (wish, picture) {
        (Wish::Sequence { id, set, tags, expected }, _) => {
            let Some(now) = subjects.sequences.get(id) else { return gone };
            let granted = sequences::apply(connection, effects, now, (set, tags, expected.as_ref()), strict).await?;
            if matches!(&granted.0, Some(EditChange::Sequence { became, .. }) if became.visibility.is_some()) {
                let inside = subjects.pictures.values().filter(|picture| picture.sequence_id == Some(*id));
                for picture in inside {
                    // What the same edit did to the picture itself goes before.
                    let place = (picture.account_id, picture.fields.lon, picture.fields.lat);
                    effects.audience.entry(picture.id).or_insert(place);
                }
            }
            Ok(granted)
        }
        (Wish::Picture { set, tags, expected, .. }, Some(now)) => {
            pictures::apply(connection, effects, now, (set, tags, expected.as_ref()), strict).await
        }
        (Wish::Mark { id, marked, .. }, Some(now)) => {
            marks::mark(connection, effects, now, (*id, account, marked), strict).await
        }
        (Wish::Retag { id, tags, .. }, Some(now)) => {
            marks::retag_mark(connection, effects, now, (*id, tags), strict).await
        }
        (Wish::Unmark { id, .. }, Some(now)) => marks::unmark(connection, effects, now, *id).await,
        (_, None) => gone,
    }
}

/// Has everything follow: who sees what, sums, served files.
async fn follow(
    connection: &mut Connection,
    effects: Effects,
    fresh: &(dyn Fn() -> JobId + Send + Sync),
) -> Result<()> {
    let near = Near::load(connection, effects.audience.values().copied()).await?;
    for (id, (account, lon, lat)) in effects.audience {
        set_audience(connection, id, near.exclusion(account, lon, lat)).await?;
    }
    for (id, summed_up) in effects.sequences {
        if summed_up {
            disturb_sequence(connection, id, fresh(), effects.at).await?;
        } else {
            touch_sequence(connection, id, effects.at).await?;
        }
    }
    for id in effects.files {
        jobs::ask(connection, fresh(), JobKind::Redact, id.0, effects.at).await?;
    }
    Ok(())
}

/// Notes that an edit is undone. False if it is already, or not there.
async fn undo(connection: &mut Connection, undone: EditId, by: EditId) -> Result<bool> {
    let noted = sqlx::query("UPDATE edits SET undone_by = $2 WHERE id = $1 AND undone_by IS NULL")
        .bind(undone)
        .bind(by)
        .execute(connection)
        .await?;
    Ok(noted.rows_affected() == 1)
}

/// What was granted, or why nothing was: then, roll back.
async fn make(
    connection: &mut Connection,
    new: &NewEdit,
    fresh: &(dyn Fn() -> JobId + Send + Sync),
) -> std::result::Result<EditReceipt, Stop> {
    // An area that comes at the same time waits, or is waited for.
    areas::share(connection).await?;
    if let Some(undone) = new.undoes
        && !undo(connection, undone, new.id).await?
    {
        return Ok(EditReceipt::NotUndoable);
    }
    let subjects = hold(connection, &new.wishes).await?;
    let mut effects = Effects { at: new.at, files: Vec::new(), audience: BTreeMap::new(), sequences: BTreeMap::new() };
    let (mut changes, mut unfulfilled) = (Vec::new(), Vec::new());
    for (at, wish) in new.wishes.iter().enumerate() {
        let (change, not) = grant(connection, &mut effects, &subjects, wish, (new.account, new.strict)).await?;
        changes.extend(change);
        unfulfilled.extend(not.map(|not| (at, not)));
    }
    if changes.is_empty() {
        return Ok(EditReceipt::Nothing { unfulfilled });
    }
    follow(connection, effects, fresh).await?;
    history::write(connection, new, &changes).await?;
    Ok(EditReceipt::Done { changes, unfulfilled })
}

#[async_trait]
impl Edits for Store {
    async fn edit(&self, new: &NewEdit, fresh: &(dyn Fn() -> JobId + Send + Sync)) -> Result<EditReceipt> {
        let mut tx = self.write().await?;
        let receipt = match make(&mut tx, new, fresh).await {
            Ok(receipt) => receipt,
            Err(Stop::Refused(Refusal::TagExists(tag))) => return Ok(EditReceipt::TagExists(tag)),
            Err(Stop::Refused(Refusal::TooMany)) => return Ok(EditReceipt::TooMany),
            Err(Stop::Failed(error)) => return Err(error),
        };
        if matches!(receipt, EditReceipt::Done { .. }) {
            self.announce(tx, &Topic::ALL).await?;
        }
        Ok(receipt)
    }

    async fn find_edit(&self, id: EditId) -> Result<Option<Edit>> {
        history::find(&mut *self.readers.acquire().await?, id).await
    }

    async fn edit_changes(&self, id: EditId, after: i64, limit: i64) -> Result<Vec<(i64, EditChange)>> {
        history::changes(&mut *self.readers.acquire().await?, id, after, at_least_none(limit)).await
    }

    async fn history(
        &self,
        of: HistoryOf,
        before: Option<(Timestamp, EditId)>,
        limit: i64,
    ) -> Result<Vec<(Edit, EditChange)>> {
        history::of(&mut *self.readers.acquire().await?, of, before, at_least_none(limit)).await
    }

    async fn edits_by(&self, account: AccountId, before: Option<(Timestamp, EditId)>, limit: i64) -> Result<Vec<Edit>> {
        history::by(&mut *self.readers.acquire().await?, account, before, at_least_none(limit)).await
    }

    async fn edits_of_run(&self, account: AccountId, run: Uuid, limit: i64) -> Result<Vec<Edit>> {
        history::of_run(&mut *self.readers.acquire().await?, account, run, at_least_none(limit)).await
    }

    async fn annotation(&self, id: AnnotationId) -> Result<Option<Annotation>> {
        history::annotation(&mut *self.readers.acquire().await?, id).await
    }

    async fn editable(&self, selection: &Selection, limit: i64) -> Result<Vec<Editable>> {
        history::editable(&mut *self.readers.acquire().await?, selection, at_least_none(limit)).await
    }
}
