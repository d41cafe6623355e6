//! What can be set, by option, environment variable and file alike.

use std::{net::SocketAddr, path::PathBuf};

use clap::{ArgAction, Args, Parser, Subcommand};
use ipnet::IpNet;

/// Street-level pictures, open to all.
#[derive(Debug, Parser)]
#[command(name = "flaneur", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run everything in one process: API, worker, tiler and site
    Serve(Settings),
    /// Make tokens, with which programs act for an account
    Token(TokenArgs),
    /// Print a one-time link with which somebody gets an account
    Invite(InviteArgs),
    /// Print every setting in force and where it is from
    Config(Settings),
}

/// `flaneur token …`
#[derive(Debug, Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    pub command: TokenCommand,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Print a new token for an account; the account is made if there is none of that name
    Create(CreateToken),
}

/// `flaneur token create …`
#[derive(Debug, Args)]
pub struct CreateToken {
    /// Name of the account
    #[arg(long)]
    pub account: String,
    /// Let the account run this instance
    #[arg(long)]
    pub admin: bool,
    /// What the token is for
    #[arg(long, default_value = "made on the command line")]
    pub description: String,
    #[command(flatten)]
    pub place: Place,
}

/// `flaneur invite …`
#[derive(Debug, Args)]
pub struct InviteArgs {
    /// Name the account will have
    pub name: String,
    /// Let the account run this instance
    #[arg(long)]
    pub admin: bool,
    /// Days until the link expires
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=365))]
    pub days: u16,
    /// Address of the instance, as people reach it
    #[arg(long, env = "FLANEUR_PUBLIC_URL", default_value = "http://127.0.0.1:8080")]
    pub public_url: String,
    #[command(flatten)]
    pub place: Place,
}

/// Where the instance's data are.
#[derive(Debug, Args)]
pub struct Place {
    /// Folder that holds the catalog and all pictures
    #[arg(long, value_name = "DIR", env = "FLANEUR_DATA", default_value = "./flaneur-data")]
    pub data: PathBuf,
    /// TOML file with settings, named like the options
    #[arg(long, value_name = "FILE", env = "FLANEUR_CONFIG")]
    pub config: Option<PathBuf>,
}

/// Everything `flaneur serve` can be told.
#[derive(Debug, Args)]
pub struct Settings {
    #[command(flatten)]
    pub place: Place,
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
    /// Accept pictures from whoever has no token
    #[arg(
        long, value_name = "BOOL", env = "FLANEUR_ANONYMOUS_UPLOADS", default_value = "false",
        action = ArgAction::Set, num_args = 0..=1, default_missing_value = "true", require_equals = true
    )]
    pub anonymous_uploads: bool,
    /// Folder with models, their manifests and the ONNX runtime
    #[arg(long, value_name = "DIR", env = "FLANEUR_MODELS", default_value = "./models")]
    pub models: PathBuf,
    /// Pictures processed at once; 0 is one for each processor core
    #[arg(long, value_name = "NUMBER", env = "FLANEUR_WORKERS", default_value_t = 0)]
    pub workers: usize,
    /// Name of the instance
    #[arg(long, env = "FLANEUR_NAME", default_value = "Flaneur")]
    pub name: String,
    /// One sentence about the instance
    #[arg(long, env = "FLANEUR_DESCRIPTION", default_value = "Street-level pictures, open to all")]
    pub description: String,
    /// Whom users may write to
    #[arg(long, env = "FLANEUR_EMAIL")]
    pub email: Option<String>,
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
    /// Address of a MapLibre style for the map's background; without it, Natural Earth as built in
    #[arg(long, value_name = "URL", env = "FLANEUR_BACKGROUND_STYLE")]
    pub background_style: Option<String>,
    /// Largest file accepted, MiB
    #[arg(long, value_name = "MIB", env = "FLANEUR_MAX_FILE_SIZE", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=2000))]
    pub max_file_size: u64,
    /// Largest picture accepted, megapixels
    #[arg(long, value_name = "MEGAPIXELS", env = "FLANEUR_MAX_PIXELS", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=400))]
    pub max_pixels: u64,
    /// What to log: a level, or levels by module, as in `info,flaneur_worker=debug`
    #[arg(long, value_name = "FILTER", env = "FLANEUR_LOG", default_value = "info")]
    pub log: String,
    /// How to log: text or json
    #[arg(long, value_name = "FORMAT", env = "FLANEUR_LOG_FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub log_format: String,
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
