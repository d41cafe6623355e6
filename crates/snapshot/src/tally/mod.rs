//! Sums up what the rows of all files say.

mod coverage;
mod ranking;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashSet},
    fs::File,
};

use flaneur_dataset::{Column, PartReader, RowView};
use jiff::{Timestamp, tz::TimeZone};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub use coverage::Coverage;
pub use ranking::{Ranking, Share};

use coverage::Seen;
use ranking::Counter;

/// Sequences and accounts that can be counted: each takes some 30 bytes of memory.
const MOST_COUNTED: usize = 8_000_000;
/// Upper bounds of accuracies that are counted together, metres.
pub(crate) const ACCURACIES: [f64; 4] = [1.0, 5.0, 10.0, 20.0];

/// Two times, the first and the last one.
pub(crate) type Span = Option<[Timestamp; 2]>;

/// What the rows add up to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub pictures: u64,
    sequences: HashSet<Uuid>,
    accounts: HashSet<[u8; 16]>,
    last_account: String,
    pub captured: Span,
    pub received: Span,
    pub last_changed: Option<Timestamp>,
    /// West, south, east, north, degrees.
    pub bbox: Option<[f64; 4]>,
    pub licenses: Counter,
    pub attributions: Counter,
    pub projections: Counter,
    pub makes: Counter,
    pub years: BTreeMap<i16, u64>,
    pub seen: Seen,
    pub headings: u64,
    pub heading_sources: Counter,
    pub tilts: u64,
    pub fields_of_view: u64,
    pub altitudes: u64,
    /// Of the bounds in [`ACCURACIES`]; last, what is beyond.
    pub accuracies: [u64; ACCURACIES.len() + 1],
    pub tagged: u64,
    pub tags: Counter,
    pub annotated: u64,
    pub annotations: u64,
    pub annotation_tags: Counter,
    pub faces: u64,
    pub plates: u64,
    pub with_faces: u64,
    pub with_plates: u64,
    pub with_either: u64,
    /// Pictures by model.
    pub models: BTreeMap<[String; 3], u64>,
    columns: Option<Vec<Column>>,
}

/// Models that are told apart.
const MOST_MODELS: usize = 1_000;

impl Tally {
    /// Adds the rows of a file. How many those were; or why it cannot be read.
    pub(crate) fn read(&mut self, file: File) -> Result<u64, String> {
        let mut reader = PartReader::open(file).map_err(|error| error.to_string())?;
        match &self.columns {
            None => self.columns = Some(reader.columns().to_vec()),
            Some(columns) if columns == reader.columns() => {}
            Some(_) => return Err("it has other columns than the files before it".to_owned()),
        }
        let mut count = 0;
        while let Some(rows) = reader.next_rows().map_err(|error| error.to_string())? {
            for row in rows.iter() {
                self.add(&row.map_err(|error| error.to_string())?)?;
                count += 1;
            }
        }
        if count == reader.rows() {
            Ok(count)
        } else {
            Err(format!("it has {count} rows, and says that it has {}", reader.rows()))
        }
    }

    fn add(&mut self, row: &RowView<'_>) -> Result<(), String> {
        self.pictures += 1;
        self.sequences.insert(row.sequence);
        if self.last_account != row.producer || self.accounts.is_empty() {
            row.producer.clone_into(&mut self.last_account);
            self.accounts.insert(short_hash(row.producer));
        }
        if self.sequences.len() > MOST_COUNTED || self.accounts.len() > MOST_COUNTED {
            return Err(format!(
                "together with the files before it has more than {MOST_COUNTED} sequences or accounts"
            ));
        }
        widen(&mut self.captured, row.captured);
        widen(&mut self.received, row.created);
        self.last_changed = self.last_changed.max(Some(row.updated));
        let [west, south, east, north] = self.bbox.unwrap_or([row.lon, row.lat, row.lon, row.lat]);
        self.bbox = Some([west.min(row.lon), south.min(row.lat), east.max(row.lon), north.max(row.lat)]);
        self.seen.add(row.lon, row.lat);
        *self.years.entry(TimeZone::UTC.to_datetime(row.captured).year()).or_default() += 1;
        self.licenses.add(row.license);
        if let Some(attribution) = row.attribution {
            self.attributions.add(attribution);
        }
        self.projections.add(row.projection);
        if let Some(make) = row.camera_make {
            self.makes.add(make);
        }
        self.add_orientation(row);
        self.add_tags(row);
        self.add_found(row)
    }

    fn add_orientation(&mut self, row: &RowView<'_>) {
        self.headings += u64::from(row.has_heading);
        self.heading_sources.add(row.heading_source);
        self.tilts += u64::from(row.has_tilt);
        self.fields_of_view += u64::from(row.has_field_of_view);
        self.altitudes += u64::from(row.altitude.is_some());
        if let Some(accuracy) = row.accuracy {
            let place = ACCURACIES.iter().position(|bound| accuracy <= *bound).unwrap_or(ACCURACIES.len());
            self.accuracies[place] += 1;
        }
    }

    fn add_tags(&mut self, row: &RowView<'_>) {
        self.tagged += u64::from(!row.tags.is_empty());
        row.tags.iter().for_each(|key| self.tags.add(key));
        self.annotated += u64::from(row.annotations > 0);
        self.annotations += row.annotations;
        row.annotation_tags.iter().for_each(|key| self.annotation_tags.add(key));
    }

    fn add_found(&mut self, row: &RowView<'_>) -> Result<(), String> {
        self.faces += row.faces;
        self.plates += row.plates;
        self.with_faces += u64::from(row.faces > 0);
        self.with_plates += u64::from(row.plates > 0);
        self.with_either += u64::from(row.faces + row.plates > 0);
        for model in &row.models {
            let model = model.map(str::to_owned);
            if self.models.len() >= MOST_MODELS && !self.models.contains_key(&model) {
                return Err(format!("together with the files before it names more than {MOST_MODELS} models"));
            }
            *self.models.entry(model).or_default() += 1;
        }
        Ok(())
    }

    pub(crate) fn sequences(&self) -> u64 {
        self.sequences.len() as u64
    }

    pub(crate) fn accounts(&self) -> u64 {
        self.accounts.len() as u64
    }

    /// What every file has.
    pub(crate) fn columns(&self) -> &[Column] {
        self.columns.as_deref().unwrap_or_default()
    }
}

fn widen(span: &mut Span, time: Timestamp) {
    let [first, last] = span.unwrap_or([time, time]);
    *span = Some([first.min(time), last.max(time)]);
}

/// What tells one name from another, of one length however long it is.
fn short_hash(name: &str) -> [u8; 16] {
    let whole = Sha256::digest(name);
    let mut short = [0; 16];
    short.copy_from_slice(&whole[..16]);
    short
}
