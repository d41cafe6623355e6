//! `flaneur config`: every setting in force and where it is from.

use super::say;
use crate::layers::Setting;

/// Prints the settings.
pub fn run(settings: &[Setting]) {
    say(&table(settings));
}

fn table(settings: &[Setting]) -> String {
    let name = settings.iter().map(|setting| setting.name.len()).max().unwrap_or(0);
    let value = settings.iter().map(|setting| setting.value.len()).max().unwrap_or(0).min(50);
    settings
        .iter()
        .map(|each| format!("{:name$}  {:value$}  # {}", each.name, each.value, each.origin))
        .collect::<Vec<_>>()
        .join("\n")
}
