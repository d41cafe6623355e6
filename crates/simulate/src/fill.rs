//! Writes a simulation into an empty catalog.

use flaneur_catalog::{Beginning, Catalog, CatalogError, Import};
use tokio_util::sync::CancellationToken;

use crate::{
    Simulation,
    picture::Picture,
    rows::{self, Batch},
    set::{Sequence, Set},
};

/// Pictures written at once.
const BATCH: usize = 500;
/// What stands in a catalog that is being filled. Nothing can be in one that says so: what is written comes into sight at
/// once, in the end.
const MARK: &str = "simulation";

/// Why it did not end. What was written is gone.
#[derive(Debug, thiserror::Error)]
pub enum FillError {
    /// The catalog holds somebody's data.
    #[error("the catalog is not empty: choose a new one (another --data, or another --database)")]
    NotEmpty,
    /// A backup is being restored into the catalog.
    #[error("a restore into this catalog has begun: choose a new one (another --data, or another --database)")]
    Restoring,
    /// It was asked to stop.
    #[error("stopped: nothing was kept, the catalog is as empty as before")]
    Stopped,
    /// The database failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filled {
    /// Pictures, tombstones included.
    pub pictures: u64,
    /// Pictures that everybody sees.
    pub public: u64,
    /// Pictures that are deleted.
    pub deleted: u64,
    /// Sequences, tombstones included.
    pub sequences: u64,
    /// Upload sets.
    pub upload_sets: u64,
    /// Rows of all tables, apart from those that the database counts by itself.
    pub rows: u64,
}

/// Who is told how far it is: pictures written so far. Called often. None: all are written, and indexes are being made.
pub type Listener<'a> = &'a (dyn Fn(Option<u64>) + Send + Sync);

/// Fills an empty catalog. All of it comes in one transaction: stopped, or failed, there is nothing. `instance`: the
/// identifier that the instance gets.
pub async fn fill(
    catalog: &dyn Catalog,
    simulation: &Simulation,
    instance: &[u8],
    listener: Listener<'_>,
    stop: &CancellationToken,
) -> Result<Filled, FillError> {
    match catalog.begin_restore(MARK).await? {
        Beginning::Begun => {}
        // An earlier one was killed.
        Beginning::Unfinished(note) if note == MARK => {}
        Beginning::Unfinished(_) => return Err(FillError::Restoring),
        Beginning::InUse => return Err(FillError::NotEmpty),
    }
    let written = tokio::select! {
        biased;
        () = stop.cancelled() => Err(FillError::Stopped),
        written = write(catalog, simulation, listener) => written,
    };
    // With nothing in it, too, it is a catalog that can be used.
    catalog.finish_restore(instance).await?;
    written
}

async fn write(catalog: &dyn Catalog, simulation: &Simulation, listener: Listener<'_>) -> Result<Filled, FillError> {
    let mut writer = Writer::begin(catalog).await?;
    for account in simulation.accounts() {
        rows::account(&mut writer.accounts, account)?;
    }
    for hidden in simulation.hidden() {
        rows::area(&mut writer.areas, hidden, simulation.accounts())?;
    }
    for set in simulation.sets() {
        rows::upload_set(&mut writer.upload_sets, &set)?;
        writer.filled.upload_sets += 1;
        for sequence in &set.sequences {
            writer.sequence(&set, sequence, listener).await?;
        }
    }
    writer.flush().await?;
    listener(None);
    let Writer { import, filled, .. } = writer;
    import.commit(MARK).await?;
    Ok(filled)
}

/// Rows on their way.
struct Writer {
    import: Box<dyn Import>,
    accounts: Batch,
    areas: Batch,
    upload_sets: Batch,
    sequences: Batch,
    cells: Batch,
    pictures: Batch,
    files: Batch,
    changes: Batch,
    /// The last number of the change log.
    change: i64,
    filled: Filled,
}

impl Writer {
    async fn begin(catalog: &dyn Catalog) -> Result<Self, FillError> {
        let import = catalog.import().await.map_err(|error| match error {
            CatalogError::Conflict(_) => FillError::NotEmpty,
            error => error.into(),
        })?;
        Ok(Self {
            import,
            accounts: Batch::of("accounts")?,
            areas: Batch::of("areas")?,
            upload_sets: Batch::of("upload_sets")?,
            sequences: Batch::of("sequences")?,
            cells: Batch::of("sequence_cells")?,
            pictures: Batch::of("pictures")?,
            files: Batch::of("files")?,
            changes: Batch::of("changes")?,
            change: 0,
            filled: Filled::default(),
        })
    }

    async fn sequence(&mut self, set: &Set<'_>, sequence: &Sequence, listener: Listener<'_>) -> Result<(), FillError> {
        let pictures = set.pictures_of(sequence);
        rows::sequence(&mut self.sequences, &mut self.cells, set, sequence, &pictures)?;
        rows::changes(&mut self.changes, &mut self.change, set, sequence, None)?;
        self.filled.sequences += 1;
        for picture in pictures {
            self.picture(set, sequence, picture)?;
            if self.pictures.rows.len() == BATCH {
                self.flush().await?;
                listener(Some(self.filled.pictures));
            }
        }
        Ok(())
    }

    fn picture(&mut self, set: &Set<'_>, sequence: &Sequence, picture: Picture) -> Result<(), FillError> {
        self.filled.pictures += 1;
        self.filled.public += u64::from(rows::audience(set, &picture) == Some(0));
        self.filled.deleted += u64::from(picture.deleted);
        rows::file(&mut self.files, self.filled.pictures as i64, set, &picture)?;
        rows::changes(&mut self.changes, &mut self.change, set, sequence, Some(&picture))?;
        Ok(rows::picture(&mut self.pictures, set, sequence, picture)?)
    }

    /// Writes what there is, each row after those that it refers to.
    async fn flush(&mut self) -> Result<(), FillError> {
        for batch in [
            &mut self.accounts,
            &mut self.areas,
            &mut self.upload_sets,
            &mut self.sequences,
            &mut self.cells,
            &mut self.pictures,
            &mut self.files,
            &mut self.changes,
        ] {
            let rows = std::mem::take(&mut batch.rows);
            self.filled.rows += rows.len() as u64;
            self.import.rows(batch.table, &batch.columns, rows).await?;
        }
        Ok(())
    }
}
