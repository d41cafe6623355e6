//! What the map says of itself, in TileJSON and in archives alike.

/// What the instance is called, and under which licence it shows what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Name of the instance.
    pub name: String,
    /// One sentence about it.
    pub description: String,
    /// Licence of the pictures, where none other was chosen: an SPDX identifier.
    pub license: String,
    /// Where the licence's text is.
    pub license_url: String,
}

impl About {
    /// Whom and what to name beside the map: HTML, as maps show it.
    pub(crate) fn attribution(&self) -> String {
        let [name, license, url] = [&self.name, &self.license, &self.license_url].map(|text| escaped(text));
        format!("Street-level pictures: contributors of {name}, <a href=\"{url}\">{license}</a>")
    }
}

/// A text as it stands in HTML, and in attributes between double quotes.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_markup() {
        let about = About {
            name: "Rock & <b>Roll</b>".to_owned(),
            description: String::new(),
            license: "CC0-1.0".to_owned(),
            license_url: "https://example.org/?a=\"b\"".to_owned(),
        };
        assert_eq!(
            about.attribution(),
            "Street-level pictures: contributors of Rock &amp; &lt;b&gt;Roll&lt;/b&gt;, \
             <a href=\"https://example.org/?a=&quot;b&quot;\">CC0-1.0</a>"
        );
    }
}
