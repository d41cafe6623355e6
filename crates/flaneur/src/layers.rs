//! Settings in layers: option before environment variable before file before default.
//!
//! The file's values become the defaults of the options, so that each setting is declared once, with one parser.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::{Arg, ArgMatches, Command as ClapCommand, CommandFactory as _, FromArgMatches as _, parser::ValueSource};

use crate::{
    options::{Cli, Place},
    secrets,
};

/// What the user asked for.
#[derive(Debug)]
pub struct Parsed {
    /// The command with its settings.
    pub cli: Cli,
    /// Every setting in force, for `flaneur config`.
    pub origins: Vec<Setting>,
}

/// A setting in force.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// Name, as in the file.
    pub name: String,
    /// Value as text; empty where nothing is set.
    pub value: String,
    /// Where it is from.
    pub origin: String,
}

/// Parses a command line with its environment and file. Wrong usage ends the process with an explanation, as usual.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Parsed> {
    let args: Vec<OsString> = args.into_iter().collect();
    let file = config_file(&args);
    let mut command = Cli::command();
    let mut from_file = BTreeSet::new();
    if let Some(path) = &file {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the settings file {}", path.display()))?;
        let table: toml::Table =
            text.parse().with_context(|| format!("the settings file {} is not valid TOML", path.display()))?;
        for (key, value) in &table {
            let id = key.replace('-', "_");
            command = apply(command, &id, &as_text(key, value)?)
                .with_context(|| format!("in the settings file {}", path.display()))?;
            from_file.insert(id);
        }
    }
    let matches = command.get_matches_from(args);
    let origins = origins(&matches, &from_file, file.as_deref());
    let cli = Cli::from_arg_matches(&matches).map_err(|error| anyhow::anyhow!(error.to_string()))?;
    Ok(Parsed { cli, origins })
}

/// The file's path has to be known before the rest can be parsed.
fn config_file(args: &[OsString]) -> Option<PathBuf> {
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy();
        if text == "--config" {
            return args.next().map(PathBuf::from);
        }
        if let Some(path) = text.strip_prefix("--config=") {
            return Some(PathBuf::from(path));
        }
    }
    std::env::var_os("FLANEUR_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn as_text(key: &str, value: &toml::Value) -> Result<String> {
    Ok(match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Boolean(flag) => flag.to_string(),
        toml::Value::Array(items) => {
            let items: Result<Vec<String>> = items.iter().map(|item| as_text(key, item)).collect();
            items?.join(",")
        }
        _ => bail!("`{key}` must be a text, a number, true, false or a list"),
    })
}

/// Makes the value the default of the setting in every command that has it.
fn apply(command: ClapCommand, id: &str, value: &str) -> Result<ClapCommand> {
    let names: Vec<String> = known(&command).into_iter().filter(|name| name != "config").collect();
    if !names.iter().any(|name| name == id) {
        let names: Vec<String> = names.iter().map(|name| name.replace('_', "-")).collect();
        bail!("there is no setting `{}`; there are: {}", id.replace('_', "-"), names.join(", "));
    }
    Ok(default(command, id, value))
}

/// Names of all settings: what `flaneur config` has, since it shows every one.
fn known(command: &ClapCommand) -> Vec<String> {
    let config = command.find_subcommand("config");
    config.map(|config| settings(config).map(|arg| arg.get_id().to_string()).collect()).unwrap_or_default()
}

/// A command's settings: options that have a variable. Others are of the one call, whatever they are named.
fn settings(command: &ClapCommand) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| arg.get_env().is_some())
}

fn default(mut command: ClapCommand, id: &str, value: &str) -> ClapCommand {
    if settings(&command).any(|arg| arg.get_id() == id) {
        command = command.mut_arg(id, |arg| arg.default_value(value.to_owned()));
    }
    let below: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    below.into_iter().fold(command, |command, name| command.mut_subcommand(name, |sub| default(sub, id, value)))
}

fn origins(matches: &ArgMatches, from_file: &BTreeSet<String>, file: Option<&Path>) -> Vec<Setting> {
    let Some((_, matches)) = matches.subcommand() else { return Vec::new() };
    let command = Cli::command();
    let Some(config) = command.find_subcommand("config") else { return Vec::new() };
    let mut shown: Vec<Setting> = settings(config).filter_map(|arg| in_force(arg, matches, from_file, file)).collect();
    if let Some(data) = shown.iter().find(|setting| setting.name == "data").map(|setting| setting.value.clone()) {
        for (name, value) in Place::derived(Path::new(&data)) {
            for setting in shown.iter_mut().filter(|each| each.name == name && each.value.is_empty()) {
                value.clone_into(&mut setting.value);
                "in the data folder".clone_into(&mut setting.origin);
            }
        }
    }
    shown
}

/// A setting's value and where it is from, if the command has it.
fn in_force(arg: &Arg, matches: &ArgMatches, from_file: &BTreeSet<String>, file: Option<&Path>) -> Option<Setting> {
    let id = arg.get_id().as_str();
    let source = matches.try_contains_id(id).ok().map(|_| matches.value_source(id))?;
    let value = matches
        .get_raw(id)
        .map(|values| {
            let shown = |value: &std::ffi::OsStr| {
                if id.ends_with("_secret") { "***".to_owned() } else { secrets::hide(&value.to_string_lossy()) }
            };
            values.map(shown).collect::<Vec<_>>().join(",")
        })
        .unwrap_or_default();
    let origin = match source {
        Some(ValueSource::CommandLine) => "command line".to_owned(),
        Some(ValueSource::EnvVariable) => {
            format!("environment variable {}", arg.get_env().unwrap_or_default().to_string_lossy())
        }
        Some(_) if from_file.contains(id) => {
            format!("file {}", file.map(|path| path.display().to_string()).unwrap_or_default())
        }
        Some(_) => "default".to_owned(),
        None => "not set".to_owned(),
    };
    Some(Setting { name: id.replace('_', "-"), value, origin })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Command, JobsCommand, TokenCommand};

    fn parse_with(file: &str, args: &[&str]) -> Result<Vec<Setting>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flaneur.toml");
        std::fs::write(&path, file).unwrap();
        let mut line = vec!["flaneur".to_owned(), "config".to_owned()];
        line.push(format!("--config={}", path.display()));
        line.extend(args.iter().map(ToString::to_string));
        parse(line.into_iter().map(OsString::from)).map(|parsed| parsed.origins)
    }

    fn command_with(file: &str, args: &[&str]) -> Command {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flaneur.toml");
        std::fs::write(&path, file).unwrap();
        let mut line = vec!["flaneur".to_owned()];
        line.extend(args.iter().map(ToString::to_string));
        line.push(format!("--config={}", path.display()));
        parse(line.into_iter().map(OsString::from)).unwrap().cli.command
    }

    fn setting<'a>(settings: &'a [Setting], name: &str) -> &'a Setting {
        settings.iter().find(|setting| setting.name == name).unwrap()
    }

    #[test]
    fn a_secret_is_not_shown() {
        let settings = parse_with("oidc-client-secret = \"swordfish\"", &[]).unwrap();
        let secret = setting(&settings, "oidc-client-secret");
        assert!(secret.value == "***" && secret.origin.starts_with("file "), "{secret:?}");
        assert_eq!(setting(&settings, "osm-client-secret").value, "");
    }

    #[test]
    fn the_command_line_wins_over_the_file() {
        let file = "listen = \"127.0.0.1:1\"\nworkers = 3\nanonymous-uploads = true\ntrusted-proxies = [\"10.0.0.1\", \"::1\"]";
        let settings = parse_with(file, &["--listen=127.0.0.1:2"]).unwrap();
        let listen = setting(&settings, "listen");
        assert_eq!((listen.value.as_str(), listen.origin.as_str()), ("127.0.0.1:2", "command line"));
        let workers = setting(&settings, "workers");
        assert!(workers.value == "3" && workers.origin.starts_with("file "), "{workers:?}");
        assert_eq!(setting(&settings, "anonymous-uploads").value, "true");
        assert_eq!(setting(&settings, "name").origin, "default");
        assert_eq!(setting(&settings, "email").origin, "not set");
    }

    #[test]
    fn a_wrong_file_is_explained() {
        let error = format!("{:#}", parse_with("lisen = \"x\"", &[]).unwrap_err());
        assert!(error.contains("`lisen`") && error.contains("listen"), "{error}");
        let error = format!("{:#}", parse_with("[x]\na = 1", &[]).unwrap_err());
        assert!(error.contains("`x` must be"), "{error}");
        let error = format!("{:#}", parse_with("= 1", &[]).unwrap_err());
        assert!(error.contains("not valid TOML"), "{error}");
    }

    #[test]
    fn the_file_speaks_to_every_command_that_has_the_setting() {
        let file = "data = \"/srv/flaneur\"\ndatabase = \"postgres://db/x\"\nworkers = 3\n\
                    name = \"Streets\"\ndescription = \"All of them\"";
        let Command::Worker(worker) = command_with(file, &["worker"]) else { panic!("another command") };
        assert_eq!((worker.working.workers, worker.place.data), (3, PathBuf::from("/srv/flaneur")));
        let Command::Jobs(jobs) = command_with(file, &["jobs", "list"]) else { panic!("another command") };
        let JobsCommand::List(list) = jobs.command else { panic!("another command") };
        assert_eq!(list.place.database().unwrap().to_string(), "postgres://db/x");
        let Command::Migrate(migrate) = command_with(file, &["migrate", "--check"]) else { panic!("another command") };
        assert_eq!(migrate.place.database().unwrap().to_string(), "postgres://db/x");

        // What only sounds like a setting is none.
        let Command::Token(token) = command_with(file, &["token", "create", "--account=ada"]) else {
            panic!("another command")
        };
        let TokenCommand::Create(token) = token.command;
        assert_eq!(token.description, "made on the command line");
        let Command::Invite(invite) = command_with(file, &["invite", "ada"]) else { panic!("another command") };
        assert_eq!(invite.name, "ada");
    }

    #[test]
    fn passwords_are_not_shown() {
        let settings = parse_with("database = \"postgres://ada:secret@db/x\"", &["--storage=s3://b/p?secret=s3cret"]);
        let settings = settings.unwrap();
        assert_eq!(setting(&settings, "database").value, "postgres://ada:***@db/x");
        assert_eq!(setting(&settings, "storage").value, "s3://b/p?secret=***");
        let private = setting(&settings, "private-storage");
        assert_eq!(
            (private.value.as_str(), private.origin.as_str()),
            ("file:./flaneur-data/private", "in the data folder")
        );
        let help = Cli::command().find_subcommand_mut("worker").unwrap().render_long_help().to_string();
        assert!(help.contains("FLANEUR_DATABASE"), "{help}");
        let told = apply(Cli::command(), "database", "postgres://ada:secret@db/x").unwrap();
        let help = told.clone().find_subcommand_mut("worker").unwrap().render_long_help().to_string();
        assert!(!help.contains("secret@"), "{help}");
    }
}
