//! The form in which clients read the tags that everybody may see.

use std::collections::BTreeMap;

use jiff::tz::Offset;

use crate::time::{self, CaptureTime};

const DATE_TIME: &str = "Exif.Image.DateTime";
const STAMP: &str = "Exif.GPSInfo.GPSTimeStamp";
const DATE: &str = "Exif.GPSInfo.GPSDateStamp";

/// Has the GPS time and date stand beside the file's time, in the form of EXIF (`7/1 56/1 34/1`, `2022:10:19`).
///
/// The Panoramax plugin of JOSM takes the moment from these tags wherever the file's time is there, and fails on a
/// picture where they are missing or written otherwise. What the file says stays where it has that form; else the tags
/// tell the moment of capture.
pub(crate) fn complete_gps_time(exif: &mut BTreeMap<String, String>, captured: Option<&CaptureTime>) {
    let Some(captured) = captured.filter(|_| exif.contains_key(DATE_TIME)) else {
        return;
    };
    let stamp = exif.get(STAMP).is_some_and(|stamp| is_rational_time(stamp));
    let date = exif.get(DATE).is_some_and(|date| time::is_exif_date(date));
    if stamp && date {
        return;
    }
    let utc = Offset::UTC.to_datetime(captured.instant);
    exif.insert(STAMP.to_owned(), format!("{}/1 {}/1 {}/1", utc.hour(), utc.minute(), utc.second()));
    exif.insert(DATE.to_owned(), format!("{:04}:{:02}:{:02}", utc.year(), utc.month(), utc.day()));
}

/// Three fractions that are a time of day.
fn is_rational_time(stamp: &str) -> bool {
    stamp.split(' ').filter(|part| part.contains('/')).count() == 3 && time::is_time_of_day(stamp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::TimeSource;

    fn complete(pairs: &[(&str, &str)]) -> (Option<String>, Option<String>) {
        let mut exif = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let instant = "2022-10-19T07:56:34.5Z".parse().unwrap();
        let captured = CaptureTime { instant, local: instant.to_string(), source: TimeSource::Camera };
        complete_gps_time(&mut exif, Some(&captured));
        (exif.get(STAMP).cloned(), exif.get(DATE).cloned())
    }

    #[test]
    fn beside_the_files_time_stands_a_gps_time() {
        let filled = (Some("7/1 56/1 34/1".to_owned()), Some("2022:10:19".to_owned()));
        let file = (DATE_TIME, "2022:10:19 09:56:34");
        assert_eq!(complete(&[file]), filled);
        assert_eq!(complete(&[file, (STAMP, "07:56:34"), (DATE, "2022:10:19")]), filled);
        assert_eq!(complete(&[file, (STAMP, "1/1 2/1 3/1"), (DATE, "2022-10-19")]), filled);
        assert_eq!(complete(&[file, (STAMP, "0/0 0/0 0/0")]), filled);
        let own = (Some("1/1 2/1 350/100".to_owned()), Some("2022:10:18".to_owned()));
        assert_eq!(complete(&[file, (STAMP, "1/1 2/1 350/100"), (DATE, "2022:10:18")]), own);
        assert_eq!(complete(&[(STAMP, "x")]), (Some("x".to_owned()), None));
    }
}
