//! `README.md`: the data card. Its sections are those of Hugging Face's dataset cards, and answer the questions of "Datasheets for
//! Datasets" (Gebru et al., 2021).

mod advice;
mod facts;
mod text;

use crate::card::Card;
use text::{number, yaml};

/// The card for people.
pub(crate) fn readme(card: &Card) -> String {
    let sections = [
        facts::summary(card),
        facts::licenses(card),
        advice::opening(card),
        facts::structure(card),
        facts::composition(card),
        facts::knowledge(card),
        facts::redaction(card),
        advice::absent(card),
        advice::making(card),
        advice::uses(card),
        advice::duties(card),
        advice::citation(card),
        advice::verifying(card),
    ];
    format!("{}\n{}", front_matter(card), sections.join("\n"))
}

/// What programs read of it: metadata of Hugging Face's Hub.
fn front_matter(card: &Card) -> String {
    let mut licenses: Vec<String> = Vec::new();
    let mut other: Vec<&str> = Vec::new();
    for share in &card.licenses {
        let known = hub_license(&share.name);
        if known.is_none() {
            other.push(&share.name);
        }
        let name = known.unwrap_or_else(|| "other".to_owned());
        if !licenses.contains(&name) {
            licenses.push(name);
        }
    }
    let mut lines = vec!["---".to_owned()];
    match licenses.as_slice() {
        [only] => lines.push(format!("license: {only}")),
        several => {
            lines.push("license:".to_owned());
            lines.extend(several.iter().map(|license| format!("- {license}")));
        }
    }
    if !other.is_empty() {
        lines.push(format!("license_name: {}", yaml(&other.join(", "))));
        lines.push("license_link: README.md#licences".to_owned());
    }
    lines.extend([
        format!("pretty_name: {}", yaml(&format!("{}: all pictures", card.instance.name))),
        "size_categories:".to_owned(),
        format!("- {}", size_category(card.pictures)),
        "tags:".to_owned(),
        "- street-level-imagery".to_owned(),
        "- geospatial".to_owned(),
        "- stac".to_owned(),
        "configs:".to_owned(),
        "- config_name: default".to_owned(),
        "  data_files: parts/*.parquet".to_owned(),
        "---".to_owned(),
        String::new(),
    ]);
    lines.join("\n")
}

/// How the Hub calls a licence.
fn hub_license(spdx: &str) -> Option<String> {
    const KNOWN: [&str; 17] = [
        "cc0-1.0",
        "cc-by-2.0",
        "cc-by-2.5",
        "cc-by-3.0",
        "cc-by-4.0",
        "cc-by-sa-3.0",
        "cc-by-sa-4.0",
        "cc-by-nc-2.0",
        "cc-by-nc-3.0",
        "cc-by-nc-4.0",
        "cc-by-nd-4.0",
        "cc-by-nc-nd-3.0",
        "cc-by-nc-nd-4.0",
        "cc-by-nc-sa-2.0",
        "cc-by-nc-sa-3.0",
        "cc-by-nc-sa-4.0",
        "etalab-2.0",
    ];
    let lower = spdx.to_ascii_lowercase();
    match lower.as_str() {
        "odbl-1.0" => Some("odbl".to_owned()),
        "odc-by-1.0" => Some("odc-by".to_owned()),
        "pddl-1.0" => Some("pddl".to_owned()),
        known => KNOWN.contains(&known).then(|| known.to_owned()),
    }
}

/// How the Hub calls a size.
fn size_category(rows: u64) -> &'static str {
    const BELOW: [(u64, &str); 10] = [
        (1_000, "n<1K"),
        (10_000, "1K<n<10K"),
        (100_000, "10K<n<100K"),
        (1_000_000, "100K<n<1M"),
        (10_000_000, "1M<n<10M"),
        (100_000_000, "10M<n<100M"),
        (1_000_000_000, "100M<n<1B"),
        (10_000_000_000, "1B<n<10B"),
        (100_000_000_000, "10B<n<100B"),
        (1_000_000_000_000, "100B<n<1T"),
    ];
    BELOW.iter().find(|(bound, _)| rows < *bound).map_or("n>1T", |(_, name)| name)
}

/// One of something, or several.
fn count(many: u64, one: &str, several: &str) -> String {
    format!("{} {}", number(many), if many == 1 { one } else { several })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hub_knows_what_it_is() {
        assert_eq!(hub_license("CC-BY-SA-4.0").as_deref(), Some("cc-by-sa-4.0"));
        assert_eq!(hub_license("ODbL-1.0").as_deref(), Some("odbl"));
        assert_eq!(hub_license("LicenseRef-own"), None);
        assert_eq!(
            [0, 999, 1_000, 99_999, 100_000].map(size_category),
            ["n<1K", "n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M"]
        );
    }
}
