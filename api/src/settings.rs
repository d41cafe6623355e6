//! What the operator chose.

use std::borrow::Cow;

use flaneur_catalog::model::Rights;
use flaneur_storage::CdnUrl;

/// Settings of the API.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The instance's name.
    pub name: String,
    /// One sentence about it.
    pub description: String,
    /// Whom to write to.
    pub email: Option<String>,
    /// The licence of pictures, where none is chosen.
    pub license: License,
    /// SPDX identifiers of others that may be chosen.
    pub other_licenses: Vec<String>,
    /// Whether anyone may upload without a token.
    pub anonymous_uploads: bool,
    /// Origins (scheme, host, port) whose pages may send credentials.
    pub credential_origins: Vec<String>,
    /// Whether others may correct what pictures say of place, time and direction, where their owner did not choose.
    pub collaborative_metadata: bool,
    /// Defaults of dispatch.
    pub defaults: Defaults,
    /// Largest file accepted, bytes.
    pub max_file_size: u64,
    /// Largest file accepted that is no JPEG, bytes. It is read into memory as a whole.
    pub max_converted_size: u64,
    /// Largest picture accepted, pixels.
    pub max_pixels: u64,
    /// Most files in an upload set.
    pub max_files_per_set: i64,
    /// Most upload sets that an account may make in a day.
    pub max_sets_per_day: i64,
    /// Most files that an account may send in a minute to one process.
    pub max_files_per_minute: u32,
    /// Most edits that an account may make in a minute at one process.
    pub max_edits_per_minute: u32,
    /// Most lines in a batch.
    pub max_lines_per_batch: usize,
    /// Most lines that an account may write in batches in a minute to one process.
    pub max_lines_per_minute: u32,
    /// Most reports that an account, or an address that is not signed in, may make in a minute at one process.
    pub max_reports_per_minute: u32,
    /// So many have to report something urgent about a picture or sequence to withhold it before a moderator looked; 0: never.
    pub reports_to_withhold: i64,
    /// Days that moderators have to look at a report; `None`: as long as they like.
    pub report_review_days: Option<u16>,
    /// Whether people can be written to.
    pub mails: bool,
    /// Whether reports of who is not signed in count for that.
    pub anonymous_reports_withhold: bool,
    /// Most pictures that an account may have, where nothing else was said of it; 0: as many as it likes.
    pub most_pictures: i64,
    /// Most bytes of the files that they came in; 0: as many as it likes.
    pub most_bytes: i64,
    /// Most uploads (tus) that an account may have begun and not ended.
    pub max_open_uploads: i64,
    /// Seconds after which an upload of which nothing came expires.
    pub upload_lifetime: i64,
    /// Most times that somebody may come back from a login provider in a minute to one process.
    pub max_logins_per_minute: u32,
    /// Whether who signs in with a login that is not known gets an account.
    pub sign_up: bool,
    /// Hosts that sequences may be transferred from; none: any that is public.
    pub transfer_hosts: Vec<String>,
    /// Hosts that webhooks may lead to; none: any that is public.
    pub webhook_hosts: Vec<String>,
    /// Whether who uploads has to agree to the terms of service first, where there are any.
    pub enforce_terms: bool,
    /// Address of a MapLibre style for the site's background map; none for the built-in one.
    pub background_style: Option<String>,
    /// Address of the service that the site finds places by name with.
    pub geocoder: Option<String>,
    /// A CDN to which whoever asks for a file that anyone may see is sent; none: every file is served from here.
    pub cdn_url: Option<CdnUrl>,
    /// Memory for tiles and views of panoramas that were just asked for, bytes.
    pub tile_cache: u64,
    /// How the dataset is made; none: there is none.
    pub dataset: Option<crate::DatasetSettings>,
}

/// A licence by its SPDX id.
#[derive(Debug, Clone)]
pub struct License {
    /// SPDX identifier.
    pub id: String,
    /// Where its text is.
    pub url: String,
}

impl License {
    /// A licence whose text is on the list of SPDX.
    pub fn by_id(id: &str) -> Self {
        Self { id: id.to_owned(), url: format!("https://spdx.org/licenses/{id}.html") }
    }

    /// The licence of something; `self` is the instance's.
    pub fn of(&self, rights: &Rights) -> Cow<'_, Self> {
        match &rights.license {
            Some(id) if *id != self.id => Cow::Owned(Self::by_id(id)),
            _ => Cow::Borrowed(self),
        }
    }
}

impl Settings {
    /// Every licence that may be chosen, the usual one first.
    pub fn licenses(&self) -> impl Iterator<Item = License> {
        std::iter::once(self.license.clone()).chain(self.license_ids().skip(1).map(License::by_id))
    }

    /// Their identifiers.
    pub fn license_ids(&self) -> impl Iterator<Item = &str> {
        let others = self.other_licenses.iter().filter(|id| **id != self.license.id);
        std::iter::once(&self.license.id).chain(others).map(String::as_str)
    }
}

/// How upload sets are dispatched where they do not say.
#[derive(Debug, Clone, Copy)]
pub struct Defaults {
    /// Metres.
    pub split_distance: f64,
    /// Seconds.
    pub split_time: f64,
    /// Metres.
    pub duplicate_distance: f64,
    /// Degrees.
    pub duplicate_rotation: f64,
}

impl Default for Defaults {
    /// What the reference server has: 100 m, 300 s, 1 m, 60°.
    fn default() -> Self {
        Self { split_distance: 100.0, split_time: 300.0, duplicate_distance: 1.0, duplicate_rotation: 60.0 }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "Flaneur".to_owned(),
            description: "Street-level pictures, open to all".to_owned(),
            email: None,
            license: License::by_id("CC-BY-SA-4.0"),
            transfer_hosts: Vec::new(),
            webhook_hosts: Vec::new(),
            other_licenses: Vec::new(),
            anonymous_uploads: false,
            credential_origins: Vec::new(),
            collaborative_metadata: true,
            defaults: Defaults::default(),
            max_file_size: 200 << 20,
            max_converted_size: 64 << 20,
            max_pixels: 200_000_000,
            max_files_per_set: 100_000,
            max_sets_per_day: 1000,
            max_files_per_minute: 6000,
            max_edits_per_minute: 600,
            max_lines_per_batch: 100_000,
            max_lines_per_minute: 100_000,
            max_reports_per_minute: 10,
            reports_to_withhold: 1,
            report_review_days: Some(30),
            mails: false,
            anonymous_reports_withhold: true,
            max_logins_per_minute: 30,
            sign_up: true,
            enforce_terms: false,
            most_pictures: 0,
            most_bytes: 0,
            max_open_uploads: 200,
            upload_lifetime: 24 * 3600,
            background_style: None,
            geocoder: None,
            cdn_url: None,
            tile_cache: 64 << 20,
            dataset: None,
        }
    }
}
