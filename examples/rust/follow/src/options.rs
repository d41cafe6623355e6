//! What the program is told.

use std::{fmt, str::FromStr};

use reqwest::Url;

/// Follows the pictures in a box: prints a line for each that is there, comes, changes or goes.
///
/// A line is what happened (there, new, edited, redacted, gone), the picture, its longitude and latitude, when it was taken, its
/// licence and whom to name, with tabs between.
#[derive(clap::Parser)]
pub(crate) struct Options {
    /// The server, as in <https://pictures.example.org>
    #[arg(value_parser = address)]
    pub(crate) server: Url,
    /// The box in degrees: west,south,east,north; west is greater than east across the antimeridian
    #[arg(allow_hyphen_values = true)]
    pub(crate) bbox: Bbox,
    /// Token of an account, to see what the account sees in the search
    #[arg(long, env = "FLANEUR_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// End when all that happened so far has been told
    #[arg(long)]
    pub(crate) once: bool,
}

fn address(text: &str) -> Result<Url, String> {
    let web = |url: &Url| matches!(url.scheme(), "http" | "https");
    Url::parse(text).ok().filter(web).ok_or_else(|| "it is written like https://pictures.example.org".to_owned())
}

/// West, south, east, north in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bbox([f64; 4]);

impl Bbox {
    /// Whether a place (lon, lat) is in it.
    pub(crate) fn holds(self, place: &[f64]) -> bool {
        let (Self([west, south, east, north]), &[lon, lat, ..]) = (self, place) else { return false };
        let beside = if west <= east { west <= lon && lon <= east } else { west <= lon || lon <= east };
        beside && south <= lat && lat <= north
    }
}

impl FromStr for Bbox {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split(',').map(|number| number.trim().parse().ok()).collect::<Option<Vec<f64>>>();
        let Some([west, south, east, north]) = numbers.and_then(|numbers| <[f64; 4]>::try_from(numbers).ok()) else {
            return Err("it has to be four numbers: west,south,east,north".to_owned());
        };
        if !(-180.0..=180.0).contains(&west) || !(-180.0..=180.0).contains(&east) {
            return Err("west and east have to be between -180 and 180".to_owned());
        }
        if !(-90.0..=90.0).contains(&south) || !(-90.0..=90.0).contains(&north) || south > north {
            return Err("south and north have to be between -90 and 90, south first".to_owned());
        }
        Ok(Self([west, south, east, north]))
    }
}

impl fmt::Display for Bbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [west, south, east, north] = self.0;
        write!(formatter, "{west},{south},{east},{north}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_may_lie_across_the_antimeridian() {
        let ours: Bbox = "2.2,48.8, 2.5,48.9".parse().unwrap();
        assert!(ours.holds(&[2.3, 48.85]) && !ours.holds(&[2.6, 48.85]) && !ours.holds(&[2.3, 48.95]));
        let fiji: Bbox = "177,-20,-178,-12".parse().unwrap();
        assert!(fiji.holds(&[179.0, -17.0]) && fiji.holds(&[-179.0, -17.0]) && !fiji.holds(&[0.0, -17.0]));
        assert_eq!(fiji.to_string(), "177,-20,-178,-12");
    }

    #[test]
    fn what_is_no_box_is_told() {
        for (text, told) in [
            ("", "four numbers"),
            ("2.2,48.8,2.5", "four numbers"),
            ("2.2,48.8,2.5,x", "four numbers"),
            ("48.8,2.2,NaN,2.5", "west and east"),
            ("2.2,48.9,2.5,48.8", "south first"),
        ] {
            let error = text.parse::<Bbox>().unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
