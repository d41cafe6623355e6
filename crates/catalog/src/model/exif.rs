//! What a picture's file says of itself: the largest part of a picture, most often read to be passed on as it is.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// EXIF and XMP values by their Exiv2 names. What is read stays the text that it is, if that is the one that would be written
/// for it: an answer with a hundred pictures would else make some ten thousand strings, to write them down again.
#[derive(Debug, Clone)]
pub struct Exif(Held);

#[derive(Debug, Clone)]
enum Held {
    Values(BTreeMap<String, String>),
    /// As [`is_as_written`] has it.
    Text(Box<RawValue>),
}

impl Exif {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Held::Values(values) => values.is_empty(),
            Held::Text(text) => text.get() == "{}",
        }
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        match &self.0 {
            Held::Values(values) => values.get(name).map(|value| Cow::Borrowed(value.as_str())),
            // Without escapes, a quotation mark begins or ends a text, no letter comes behind one that ends it, and what stands
            // before a colon is a name.
            Held::Text(text) if name.starts_with(|letter: char| letter.is_alphabetic()) && !name.contains('"') => {
                let (_, rest) = text.get().split_once(&format!("\"{name}\":\""))?;
                rest.split_once('"').map(|(value, _)| Cow::Borrowed(value))
            }
            Held::Text(_) => self.clone().into_values().remove(name).map(Cow::Owned),
        }
    }

    /// All of them.
    pub fn into_values(self) -> BTreeMap<String, String> {
        match self.0 {
            Held::Values(values) => values,
            // It was read as such before.
            Held::Text(text) => serde_json::from_str(text.get()).unwrap_or_default(),
        }
    }
}

impl Default for Exif {
    fn default() -> Self {
        BTreeMap::new().into()
    }
}

impl From<BTreeMap<String, String>> for Exif {
    fn from(values: BTreeMap<String, String>) -> Self {
        Self(Held::Values(values))
    }
}

impl FromIterator<(String, String)> for Exif {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(values: I) -> Self {
        BTreeMap::from_iter(values).into()
    }
}

impl PartialEq for Exif {
    fn eq(&self, other: &Self) -> bool {
        self.clone().into_values() == other.clone().into_values()
    }
}

impl Serialize for Exif {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Held::Values(values) => values.serialize(serializer),
            Held::Text(text) => text.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Exif {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        if is_as_written(text.get()) {
            return Ok(Self(Held::Text(text)));
        }
        serde_json::from_str(text.get()).map(Held::Values).map(Self).map_err(D::Error::custom)
    }
}

/// Whether this is, to the byte, what is written for the values in it: names in order, no space, and nothing escaped. Older
/// catalogs have some that are not.
fn is_as_written(text: &str) -> bool {
    // Per value, its and its name's quotation marks, and a colon; commas between, and braces around.
    serde_json::from_str(text).is_ok_and(|Plain { values, bytes }| match values {
        0 => text == "{}",
        _ => text.len() == bytes + values * 6 + 1,
    })
}

/// How many values there are, and how long they and their names are together, if no text has escapes and names are in order.
struct Plain {
    values: usize,
    bytes: usize,
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Counting)
    }
}

struct Counting;

impl<'de> Visitor<'de> for Counting {
    type Value = Plain;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("texts by name, in order and without escapes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Plain, A::Error> {
        let (mut plain, mut last) = (Plain { values: 0, bytes: 0 }, None);
        // What has escapes cannot be borrowed.
        while let Some((name, value)) = map.next_entry::<&'de str, &'de str>()? {
            if last.is_some_and(|last| last >= name) {
                return Err(A::Error::custom("names out of order"));
            }
            last = Some(name);
            plain.values += 1;
            plain.bytes += name.len() + value.len();
        }
        Ok(plain)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Exif {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn what_is_not_as_it_would_be_written_is_written_anew() {
        for (text, written) in [
            ("{}", "{}"),
            ("{ }", "{}"),
            (r#"{"a":"1","b":"2"}"#, r#"{"a":"1","b":"2"}"#),
            (r#"{"a": "1", "b": "2"}"#, r#"{"a":"1","b":"2"}"#),
            (r#"{"b":"2","a":"1"}"#, r#"{"a":"1","b":"2"}"#),
            (r#"{"a":"1","a":"2"}"#, r#"{"a":"2"}"#),
            (r#"{"a":"\u00e9\n"}"#, r#"{"a":"é\n"}"#),
            (r#" {"a":"é"} "#, r#"{"a":"é"}"#),
        ] {
            assert_eq!(serde_json::to_string(&read(text)).unwrap(), written);
        }
        for wrong in ["null", "[]", r#"{"a":1}"#, r#"{"a":null}"#] {
            assert!(serde_json::from_str::<Exif>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_value_is_found_by_its_whole_name() {
        let exif = read(r#"{"Exif.Make":"Exif.Model","Exif.Model":"","Exif.ModelName":"x"}"#);
        for (name, value) in [("Exif.Make", Some("Exif.Model")), ("Exif.Model", Some("")), ("Model", None), ("", None)]
        {
            assert_eq!(exif.get(name).as_deref(), value, "{name}");
        }
    }

    proptest! {
        #[test]
        fn it_is_the_same_as_its_values(values: BTreeMap<String, String>) {
            let made = Exif::from(values.clone());
            let text = serde_json::to_string(&made).unwrap();
            prop_assert_eq!(&text, &serde_json::to_string(&values).unwrap());
            let back = read(&text);
            prop_assert_eq!(&back, &made);
            prop_assert_eq!(back.is_empty(), values.is_empty());
            prop_assert_eq!(&serde_json::to_string(&back).unwrap(), &text);
            prop_assert_eq!(serde_json::to_value(&back).unwrap(), serde_json::to_value(&values).unwrap());
            for (name, value) in &values {
                prop_assert!(back.get(name).is_some_and(|found| found == value.as_str()));
            }
            prop_assert_eq!(back.into_values(), values);
        }
    }
}
