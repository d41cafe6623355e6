//! What a server can be told, in groups: each command takes the groups that mean something to it.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{ArgAction, Args};
use flaneur_storage::CdnUrl;
use ipnet::IpNet;

use super::{Logins, Place, mail::Mail, sealing::Sealing};

/// Everything `flaneur serve` can be told.
#[derive(Debug, Args)]
pub struct Settings {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub front: Front,
    #[command(flatten)]
    pub instance: Instance,
    #[command(flatten)]
    pub mail: Mail,
    #[command(flatten)]
    pub logins: Logins,
    #[command(flatten)]
    pub upload_limit: UploadLimit,
    #[command(flatten)]
    pub memory: Memory,
    #[command(flatten)]
    pub cdn: Cdn,
    #[command(flatten)]
    pub working: Working,
    #[command(flatten)]
    pub sealing: Sealing,
    #[command(flatten)]
    pub work_limit: WorkLimit,
    #[command(flatten)]
    pub review: Review,
    #[command(flatten)]
    pub operator: Operator,
    #[command(flatten)]
    pub log: Log,
}

/// What `flaneur api` can be told.
#[derive(Debug, Args)]
pub struct ApiArgs {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub front: Front,
    #[command(flatten)]
    pub instance: Instance,
    #[command(flatten)]
    pub mail: Mail,
    #[command(flatten)]
    pub logins: Logins,
    #[command(flatten)]
    pub upload_limit: UploadLimit,
    #[command(flatten)]
    pub memory: Memory,
    #[command(flatten)]
    pub cdn: Cdn,
    #[command(flatten)]
    pub work_limit: WorkLimit,
    #[command(flatten)]
    pub review: Review,
    #[command(flatten)]
    pub operator: Operator,
    #[command(flatten)]
    pub log: Log,
}

/// What `flaneur worker` can be told.
#[derive(Debug, Args)]
pub struct WorkerArgs {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub cdn: Cdn,
    #[command(flatten)]
    pub working: Working,
    #[command(flatten)]
    pub sealing: Sealing,
    #[command(flatten)]
    pub work_limit: WorkLimit,
    #[command(flatten)]
    pub review: Review,
    #[command(flatten)]
    pub operator: Operator,
    #[command(flatten)]
    pub log: Log,
}

/// What `flaneur tiler` can be told.
#[derive(Debug, Args)]
pub struct TilerArgs {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub front: Front,
    #[command(flatten)]
    pub naming: Naming,
    #[command(flatten)]
    pub operator: Operator,
    #[command(flatten)]
    pub log: Log,
}

/// How requests come in.
#[derive(Debug, Args)]
#[command(next_help_heading = "How it is reached")]
pub struct Front {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", env = "FLANEUR_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Address of the instance as its users reach it; without it, links follow the Host header
    #[arg(long, value_name = "URL", env = "FLANEUR_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Proxies whose X-Forwarded-* headers count: addresses or networks
    #[arg(long, value_name = "NETWORK", env = "FLANEUR_TRUSTED_PROXIES", value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,
    /// Origins (scheme and host) whose pages may send credentials
    #[arg(long, value_name = "ORIGIN", env = "FLANEUR_CREDENTIAL_ORIGINS", value_delimiter = ',', value_parser = origin)]
    pub credential_origins: Vec<String>,
    /// Seconds between SIGTERM, when /api/ready says no, and the last connection taken: time for a load balancer to notice
    #[arg(long, value_name = "SECONDS", env = "FLANEUR_DRAIN_DELAY", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=300))]
    pub drain_delay: u64,
}

/// What the instance is called, and what may be done with what it shows: for whoever tells it.
#[derive(Debug, Args)]
#[command(next_help_heading = "What the instance is")]
pub struct Naming {
    /// Name of the instance
    #[arg(long, env = "FLANEUR_NAME", default_value = "Flaneur")]
    pub name: String,
    /// One sentence about the instance
    #[arg(long, env = "FLANEUR_DESCRIPTION", default_value = "Street-level pictures, open to all")]
    pub description: String,
    /// Licence of the pictures: an SPDX identifier
    #[arg(long, value_name = "SPDX", env = "FLANEUR_LICENSE", default_value = "CC-BY-SA-4.0")]
    pub license: String,
    /// Where the licence's text is
    #[arg(
        long,
        value_name = "URL",
        env = "FLANEUR_LICENSE_URL",
        default_value = "https://spdx.org/licenses/CC-BY-SA-4.0.html"
    )]
    pub license_url: String,
}

impl Naming {
    /// What the map says of itself.
    pub fn about(&self) -> flaneur_tiler::About {
        flaneur_tiler::About {
            name: self.name.clone(),
            description: self.description.clone(),
            license: self.license.clone(),
            license_url: self.license_url.clone(),
        }
    }
}

/// What the instance is.
#[derive(Debug, Args)]
#[command(next_help_heading = "What the instance is")]
pub struct Instance {
    #[command(flatten)]
    pub naming: Naming,
    /// Whom users may write to
    #[arg(long, env = "FLANEUR_EMAIL")]
    pub email: Option<String>,
    /// Other licences that contributors may choose for their pictures: SPDX identifiers
    #[arg(long, value_name = "SPDX", env = "FLANEUR_LICENSES", value_delimiter = ',')]
    pub licenses: Vec<String>,
    /// Hosts of other instances that sequences may be transferred from; they may have private addresses and be without TLS.
    /// Without it, from any that is public
    #[arg(long, value_name = "HOST", env = "FLANEUR_TRANSFER_HOSTS", value_delimiter = ',')]
    pub transfer_hosts: Vec<String>,
    /// Hosts that webhooks may lead to; they may have private addresses and be without TLS. Without it, any that is public
    #[arg(long, value_name = "HOST", env = "FLANEUR_WEBHOOK_HOSTS", value_delimiter = ',')]
    pub webhook_hosts: Vec<String>,
    /// Address of a MapLibre style for the map's background; without it, Natural Earth as built in
    #[arg(long, value_name = "URL", env = "FLANEUR_BACKGROUND_STYLE")]
    pub background_style: Option<String>,
    /// Address of a service that finds places by name, for the site's search: a `search` of Nominatim, or one that answers GeoJSON
    /// (Photon, Addok). Browsers ask it themselves. Without it, only coordinates are found
    #[arg(long, value_name = "URL", env = "FLANEUR_GEOCODER", value_parser = geocoder)]
    pub geocoder: Option<String>,
    /// Accept pictures from whoever has no token
    #[arg(
        long, value_name = "BOOL", env = "FLANEUR_ANONYMOUS_UPLOADS", default_value = "false",
        action = ArgAction::Set, num_args = 0..=1, default_missing_value = "true", require_equals = true
    )]
    pub anonymous_uploads: bool,
    /// Let whoever is signed in correct place, time and direction of pictures whose owners did not choose; tags they may always add
    #[arg(
        long, value_name = "BOOL", env = "FLANEUR_COLLABORATIVE_METADATA", default_value = "true",
        action = ArgAction::Set, num_args = 0..=1, default_missing_value = "true", require_equals = true
    )]
    pub collaborative_metadata: bool,
    /// Hours after which what changed goes into the files of the dataset (`/api/dataset`); 0: there is none. What is withdrawn goes
    /// out of them at once. Addresses in them begin with --public-url; without it, they are relative
    #[arg(long, value_name = "HOURS", env = "FLANEUR_DATASET_EVERY", default_value_t = 24, value_parser = clap::value_parser!(u16).range(0..=8760))]
    pub dataset_every: u16,
    /// Let only those upload who agreed to the terms of service, where there are any (`/api/pages/terms-of-service`)
    #[arg(
        long, value_name = "BOOL", env = "FLANEUR_ENFORCE_TERMS", default_value = "false",
        action = ArgAction::Set, num_args = 0..=1, default_missing_value = "true", require_equals = true
    )]
    pub enforce_terms: bool,
    /// So many have to report something urgent (a face or plate, something private, indecent or stolen) to hide it from others
    /// before a moderator looked; 0: never
    #[arg(long, value_name = "NUMBER", env = "FLANEUR_REPORTS_TO_HIDE", default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=50))]
    pub reports_to_hide: u8,
    /// Whether reports of pictures by who is not signed in count for that; of whole sequences they never do
    #[arg(
        long, value_name = "BOOL", env = "FLANEUR_ANONYMOUS_REPORTS_HIDE", default_value = "true",
        action = ArgAction::Set, num_args = 0..=1, default_missing_value = "true", require_equals = true
    )]
    pub anonymous_reports_hide: bool,
}

/// What is taken in.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct UploadLimit {
    /// Largest file accepted, MiB
    #[arg(long, value_name = "MIB", env = "FLANEUR_MAX_FILE_SIZE", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=2000))]
    pub max_file_size: u64,
    /// Largest HEIC, PNG or WebP file accepted, MiB; two are read into memory at once
    #[arg(long, value_name = "MIB", env = "FLANEUR_MAX_CONVERTED_SIZE", default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=500))]
    pub max_converted_size: u64,
    /// Most pictures that an account may have, unless `flaneur account quota` says otherwise of it; 0: as many as it likes. Those who
    /// run the instance may have any number
    #[arg(long, value_name = "NUMBER", env = "FLANEUR_ACCOUNT_PICTURES", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=1_000_000_000))]
    pub account_pictures: u64,
    /// The same in gigabytes of the files that they came in
    #[arg(long, value_name = "GIGABYTES", env = "FLANEUR_ACCOUNT_GIGABYTES", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=1_000_000))]
    pub account_gigabytes: u64,
}

/// What is worked on.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct WorkLimit {
    /// Largest picture accepted, megapixels
    #[arg(long, value_name = "MEGAPIXELS", env = "FLANEUR_MAX_PIXELS", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=400))]
    pub max_pixels: u64,
}

/// What is reported.
#[derive(Debug, Args)]
#[command(next_help_heading = "What the instance is")]
pub struct Review {
    /// Days that moderators have to look at a report; what it hid is shown again then. 0: it stays hidden until they do. The
    /// same for all processes
    #[arg(long, value_name = "DAYS", env = "FLANEUR_REPORT_REVIEW_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(0..=3650))]
    report_review_days: u16,
}

impl Review {
    /// Days that moderators have, if not as long as they like.
    pub fn days(&self) -> Option<u16> {
        (self.report_review_days > 0).then_some(self.report_review_days)
    }
}

/// What is kept in memory of panoramas.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct Memory {
    /// Memory for tiles and views of panoramas that were just asked for, MiB; 0 keeps none
    #[arg(long, value_name = "MIB", env = "FLANEUR_TILE_CACHE", default_value_t = 64, value_parser = clap::value_parser!(u64).range(0..=65_536))]
    pub tile_cache: u64,
}

/// What else sends pictures.
#[derive(Debug, Args)]
#[command(next_help_heading = "Content delivery network")]
pub struct Cdn {
    /// Address below which a CDN serves the public storage; pictures that anyone may see are then redirected there
    #[arg(long, value_name = "URL", env = "FLANEUR_CDN_URL")]
    pub cdn_url: Option<String>,
    /// Tell the CDN (by PURGE) which pictures to forget at once
    #[arg(
        long, value_name = "BOOL", env = "FLANEUR_CDN_PURGE", default_value = "false",
        action = ArgAction::Set, num_args = 0..=1, default_missing_value = "true", require_equals = true
    )]
    pub cdn_purge: bool,
}

impl Cdn {
    /// Refuses what makes no sense. Answers the address, if there is one.
    pub fn checked(&self) -> Result<Option<CdnUrl>> {
        let Some(text) = self.cdn_url.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
            if self.cdn_purge {
                bail!("--cdn-purge needs --cdn-url: there is nobody to be told");
            }
            return Ok(None);
        };
        text.parse().map(Some).context("--cdn-url")
    }

    /// The address of a CDN that is to be told what to forget.
    pub fn purged(&self) -> Result<Option<CdnUrl>> {
        Ok(self.checked()?.filter(|_| self.cdn_purge))
    }
}

/// How pictures are processed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Processing pictures")]
pub struct Working {
    /// Folder with models, their manifests and the ONNX runtime
    #[arg(long, value_name = "DIR", env = "FLANEUR_MODELS", default_value = "./models")]
    pub models: PathBuf,
    /// Pictures processed at once; 0 is one for each processor core
    #[arg(long, value_name = "NUMBER", env = "FLANEUR_WORKERS", default_value_t = 0)]
    pub workers: usize,
    /// The program that is run, as `PROGRAM convert`, for each HEIC, PNG and WebP file; without it, this one
    #[arg(long, value_name = "PROGRAM", env = "FLANEUR_CONVERTER")]
    pub converter: Option<PathBuf>,
    /// Seconds after which a worker that is not heard of has lost its job to another; the same for all workers
    #[arg(long, value_name = "SECONDS", env = "FLANEUR_LEASE", default_value_t = 60, value_parser = clap::value_parser!(u64).range(5..=600))]
    pub lease: u64,
    /// Seconds after which a file that no upload was completed with is destroyed. No upload may take longer than this
    /// from its last byte to its answer, so it is only for tests that it can be short
    #[arg(long, value_name = "SECONDS", env = "FLANEUR_ORPHAN_GRACE", default_value_t = 3600, hide = true, value_parser = clap::value_parser!(u64).range(1..=604_800))]
    pub orphan_grace: u64,
}

/// What the operator sees of the process.
#[derive(Debug, Args)]
#[command(next_help_heading = "Watching it")]
pub struct Operator {
    /// Address on which /live, /ready and /metrics are told to the operator; without it, nowhere. Keep it from the public
    #[arg(long, value_name = "ADDRESS", env = "FLANEUR_ADMIN_LISTEN")]
    pub admin_listen: Option<SocketAddr>,
}

/// What is logged, to standard error, and traced.
#[derive(Debug, Args)]
#[expect(clippy::struct_field_names, reason = "fields are named like the options")]
#[command(next_help_heading = "Watching it")]
pub struct Log {
    /// What to log: a level, or levels by module, as in `info,flaneur_worker=debug`
    #[arg(long, value_name = "FILTER", env = "FLANEUR_LOG", default_value = "info")]
    pub log: String,
    /// How to log: text or json
    #[arg(long, value_name = "FORMAT", env = "FLANEUR_LOG_FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub log_format: String,
    /// Address of a collector that takes OpenTelemetry's traces over HTTP, as `http://127.0.0.1:4318`; without it, none are
    /// sent. Only in a binary that was built with the feature `otel`
    #[arg(long, value_name = "URL", env = "FLANEUR_OTLP_ENDPOINT")]
    pub otlp_endpoint: Option<String>,
}

fn network(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
        .map_err(|_| "expected an address such as 10.0.0.1 or a network such as 10.0.0.0/8".to_owned())
}

fn origin(text: &str) -> Result<String, String> {
    let refuse = || "expected an origin such as https://editor.example.org, without a path".to_owned();
    let url = url::Url::parse(text).map_err(|_| refuse())?;
    let origin = url.origin();
    if origin.is_tuple() && url.path() == "/" && url.query().is_none() {
        Ok(origin.ascii_serialization())
    } else {
        Err(refuse())
    }
}

/// The `q` of a search is added to it.
fn geocoder(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.filter(|url| url.fragment().is_none() && url.username().is_empty() && url.password().is_none())
        .map(String::from)
        .ok_or_else(|| "expected an address such as https://nominatim.example.org/search".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cdn(url: Option<&str>, purge: bool) -> Result<Option<CdnUrl>> {
        Cdn { cdn_url: url.map(str::to_owned), cdn_purge: purge }.checked()
    }

    #[test]
    fn a_cdn_is_an_address_and_a_purge_needs_one() {
        assert_eq!(cdn(None, false).unwrap(), None);
        assert_eq!(cdn(Some(""), false).unwrap(), None);
        assert_eq!(cdn(Some("https://cdn.example/p/"), true).unwrap(), Some("https://cdn.example/p".parse().unwrap()));
        for wrong in ["cdn.example", "ftp://cdn.example", "https://cdn.example/?key=1", "https://u:p@cdn.example/"] {
            assert!(cdn(Some(wrong), false).is_err(), "{wrong}");
        }
        assert!(cdn(None, true).unwrap_err().to_string().contains("--cdn-url"));
    }

    #[test]
    fn places_are_found_at_an_address() {
        for right in ["https://nominatim.example.org/search", "http://localhost:2322/api/?lang=fr"] {
            assert_eq!(geocoder(right).unwrap(), right);
        }
        for wrong in [
            "",
            "nominatim.example.org",
            "file:///places",
            "https://u:p@nominatim.example.org/",
            "https://x.example/#y",
        ] {
            assert!(geocoder(wrong).unwrap_err().contains("https://"), "{wrong}");
        }
    }
}
