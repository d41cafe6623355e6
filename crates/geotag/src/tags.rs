//! The table of tags that every concern reads: Exiv2 name to the value as Exiv2 prints it.

use std::collections::BTreeMap;

use crate::camera;
use crate::exiv2;
use crate::text;

/// Tags by Exiv2 name. Holds only names of [`exiv2`]'s lists; some of them may be read but not shown.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tags(BTreeMap<String, String>);

impl Tags {
    /// Tags that were shown before, to be read again.
    pub(crate) fn from_public(tags: &BTreeMap<String, String>) -> Self {
        Self(tags.clone())
    }

    /// The value, when there is one that is not blank.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The first of the names that has a value, with it.
    pub(crate) fn first(&self, names: &[&'static str]) -> Option<(&'static str, &str)> {
        names.iter().find_map(|name| Some((*name, self.get(name)?)))
    }

    /// Keeps the first value of a name: a second directory or packet never overrules the first.
    pub(crate) fn offer(&mut self, name: &str, value: String) {
        if !value.is_empty() && !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), value);
        }
    }

    /// Sets a value over what there was.
    pub(crate) fn set(&mut self, name: &str, value: String) {
        self.0.insert(name.to_owned(), value);
    }

    /// Forgets a tag.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// The first finite number of a value: `"42/10"`, `"4.2"`, `"+4.2"`.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        exiv2::numbers(self.get(name)?).first().copied().flatten()
    }

    /// The tags that may be shown to everybody.
    pub(crate) fn public(&self) -> BTreeMap<String, String> {
        self.0
            .iter()
            .filter(|(name, _)| exiv2::is_public(name))
            .filter_map(|(name, value)| Some((name.clone(), text::kept(shown(name, value))?)))
            .collect()
    }
}

/// What of a value may be shown: some makers write a serial number behind the model.
fn shown<'a>(name: &str, value: &'a str) -> &'a str {
    if name.ends_with("Model") || name.ends_with("Software") { camera::without_serial(value) } else { value }
}
