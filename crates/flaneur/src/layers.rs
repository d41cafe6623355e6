//! Settings in layers: option before environment variable before file before default.
//!
//! The file's values become the defaults of the options, so that each setting is declared once, with one parser.

use std::{collections::BTreeSet, ffi::OsString, path::PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{ArgMatches, Command as ClapCommand, CommandFactory as _, FromArgMatches as _, parser::ValueSource};

use crate::options::Cli;

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

/// Makes the value the default of the option in every command that has it.
fn apply(mut command: ClapCommand, id: &str, value: &str) -> Result<ClapCommand> {
    let known: Vec<String> = command
        .find_subcommand("serve")
        .map(|serve| serve.get_arguments().map(|arg| arg.get_id().to_string()).collect())
        .unwrap_or_default();
    if !known.iter().any(|name| name == id) || id == "config" {
        let names: Vec<String> =
            known.iter().filter(|name| *name != "config").map(|name| name.replace('_', "-")).collect();
        bail!("there is no setting `{}`; there are: {}", id.replace('_', "-"), names.join(", "));
    }
    for name in ["serve", "config", "invite"] {
        command = command.mut_subcommand(name, |sub| default(sub, id, value));
    }
    Ok(command.mut_subcommand("token", |token| token.mut_subcommand("create", |sub| default(sub, id, value))))
}

fn default(command: ClapCommand, id: &str, value: &str) -> ClapCommand {
    if command.get_arguments().any(|arg| arg.get_id() == id) {
        command.mut_arg(id, |arg| arg.default_value(value.to_owned()))
    } else {
        command
    }
}

fn origins(matches: &ArgMatches, from_file: &BTreeSet<String>, file: Option<&std::path::Path>) -> Vec<Setting> {
    let Some((_, matches)) = matches.subcommand() else { return Vec::new() };
    let command = Cli::command();
    let Some(serve) = command.find_subcommand("serve") else { return Vec::new() };
    serve
        .get_arguments()
        .filter_map(|arg| {
            let id = arg.get_id().as_str();
            let source = matches.try_contains_id(id).ok().map(|_| matches.value_source(id))?;
            let value = matches
                .get_raw(id)
                .map(|values| values.map(|value| value.to_string_lossy().into_owned()).collect::<Vec<_>>().join(","))
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
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_with(file: &str, args: &[&str]) -> Result<Vec<Setting>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flaneur.toml");
        std::fs::write(&path, file).unwrap();
        let mut line = vec!["flaneur".to_owned(), "config".to_owned()];
        line.push(format!("--config={}", path.display()));
        line.extend(args.iter().map(ToString::to_string));
        parse(line.into_iter().map(OsString::from)).map(|parsed| parsed.origins)
    }

    fn setting<'a>(settings: &'a [Setting], name: &str) -> &'a Setting {
        settings.iter().find(|setting| setting.name == name).unwrap()
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
}
