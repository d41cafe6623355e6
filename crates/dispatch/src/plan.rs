//! What goes into a dispatch, and what comes out.

use jiff::Timestamp;
use uuid::Uuid;

use crate::SortMethod;

/// A picture, as far as dispatching is concerned.
#[derive(Debug, Clone, PartialEq)]
pub struct Shot {
    /// The picture.
    pub id: Uuid,
    /// Name of its file, as the client gave it.
    pub file_name: String,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// When it was taken.
    pub captured: Timestamp,
    /// Where the camera looked as it measured it, clockwise from true north, degrees. 0 is north, and a heading like any
    /// other.
    pub sensor_heading: Option<f64>,
    /// Whether it shows the whole horizon, so that its heading says nothing about what is seen.
    pub panorama: bool,
    /// How far off the position may be, metres.
    pub accuracy_m: Option<f64>,
    /// Resolution: pixels of one degree of the horizon.
    pub pixels_per_degree: Option<f64>,
    /// The sequence where an earlier dispatch put it.
    pub sequence: Option<Uuid>,
}

impl Shot {
    /// The heading that the camera measured, if it is one.
    pub(crate) fn measured_heading(&self) -> Option<f64> {
        self.sensor_heading.filter(|degrees| degrees.is_finite())
    }
}

/// How pictures become sequences.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rules {
    /// In which order.
    pub sort: SortMethod,
    /// Where a new sequence begins; `None`: everything is one sequence.
    pub split: Option<Split>,
    /// What is a duplicate; `None`: everything is kept.
    pub dedup: Option<Dedup>,
    /// The direction of view against the direction of travel, degrees clockwise (negative: to the left). With it, the
    /// sensors are not believed and every heading is computed from the track.
    pub relative_heading: Option<f64>,
}

/// Where a new sequence begins: at a gap to the picture before that exceeds either limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// Metres.
    pub distance_m: f64,
    /// Seconds.
    pub time_s: f64,
}

/// What is a duplicate: no farther away than the distance, and looking the same way.
///
/// Panoramas look everywhere; so does a flat picture whose heading no sensor has measured. A panorama and a flat
/// picture are never duplicates of each other: one shows what the other does not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dedup {
    /// Metres, inclusive.
    pub distance_m: f64,
    /// Degrees between the headings, inclusive.
    pub rotation_deg: f64,
}

/// What a dispatch decides. Every picture is in it exactly once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The sequences, in order; none is empty.
    pub parts: Vec<Part>,
    /// What is left out, in order.
    pub duplicates: Vec<Duplicate>,
    /// What was odd about the positions.
    pub notices: Vec<Notice>,
}

/// Something odd about the positions; its `Display` is a sentence for who took the pictures.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Notice {
    /// The receiver gave one and the same position for several pictures and then another one far away, as in a tunnel.
    /// None of these pictures is taken for a duplicate: nobody knows where they were taken.
    #[error(
        "{} pictures have one and the same position, and the next is {metres:.0} m away: the GPS stood still", pictures.len()
    )]
    Frozen {
        /// The pictures, in order.
        pictures: Vec<Uuid>,
        /// From there to the next picture, metres.
        metres: f64,
    },
    /// One picture is far away from the track. No heading is computed from its position.
    #[error("the position of a picture is {metres:.0} m off the track: the GPS jumped")]
    Jump {
        /// The picture.
        picture: Uuid,
        /// From the nearer one of the pictures before and after, metres.
        metres: f64,
    },
}

/// Pictures that become one sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The sequence of an earlier dispatch that this part continues: the one that most of its pictures are from. At
    /// most one part continues a sequence: the one with most of its pictures, of equals the first.
    pub reuse: Option<Uuid>,
    /// The pictures, in order.
    pub shots: Vec<Placed>,
}

/// A picture in its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// The picture.
    pub id: Uuid,
    /// Its heading, where it is due to be computed and the track tells: there is no sensor heading, or a relative
    /// heading is set.
    pub heading: Option<ComputedHeading>,
}

/// A heading computed from the track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ComputedHeading {
    /// Clockwise from true north, in [0, 360).
    pub degrees: f64,
}

/// A picture that is left out because another shows the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duplicate {
    /// The picture left out.
    pub id: Uuid,
    /// The one that is kept, in the same part.
    pub of: Uuid,
    /// Between the two, metres.
    pub distance_m: f64,
    /// Between the headings of the two, 0 to 180, if sensors have measured both. Degrees.
    pub angle_deg: Option<f64>,
}
