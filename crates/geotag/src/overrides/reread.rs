//! Reads again what tags mean that a client sent.

use super::{OverrideError, is_about_time, is_gps_time, place};
use crate::doubt::Doubt;
use crate::heading::{Heading, HeadingSource};
use crate::position::{self, Position};
use crate::source::Source;
use crate::tags::Tags;
use crate::time::{self, CaptureTime, TimeSource};
use crate::{Geotag, accuracy, camera, heading, lens, mapillary, pose, projection};

/// Reads the concerns again whose tags were sent, and only those: what came from tags that are not
/// shown, such as the Mapillary description, stays.
pub(super) fn reread(tag: &mut Geotag, tags: &Tags, used: &[&str]) -> Result<(), OverrideError> {
    let touches = |beginnings: &[&str]| used.iter().any(|name| beginnings.iter().any(|b| name.starts_with(b)));
    let sent = |part: &[&str]| used.iter().copied().find(|name| part.iter().any(|part| name.contains(part)));
    let refuse = |name: &str, expected| OverrideError::TagValue { name: name.to_owned(), expected };
    let by = |source: Option<Source>| source.map(|source| source.sent(used));
    let mut doubts = Vec::new();
    let none: Option<&mapillary::Mapillary> = None;
    tag.exif = tags.public();
    let mut camera = camera::read(tags, none);
    if touches(&["Exif.Image.Make", "Exif.Image.Model", "Xmp.tiff.M"]) {
        tag.make.clone_from(&camera.make);
        tag.model.clone_from(&camera.model);
        (tag.sources.make, tag.sources.model) = (by(camera.make_source), by(camera.model_source));
    } else {
        (camera.make, camera.model) = (tag.make.clone(), tag.model.clone());
    }
    if touches(&["Exif.Image.Artist", "Xmp.dc.creator", "Xmp.tiff.Artist"]) {
        let (artist, source) = camera::artist(tags).unzip();
        (tag.artist, tag.sources.artist) = (artist, by(source));
    }
    if touches(&["Exif.Image.Copyright", "Xmp.dc.rights", "Xmp.tiff.Copyright"]) {
        let (copyright, source) = camera::copyright(tags).unzip();
        (tag.copyright, tag.sources.copyright) = (copyright, by(source));
    }
    if touches(&["Exif.Image.Orientation", "Xmp.tiff.Orientation"]) {
        let (orientation, source) = lens::orientation(tags, &mut doubts);
        (tag.orientation, tag.sources.orientation) = (orientation, by(source));
    }
    if let Some(name) = sent(&["GPSLatitude", "GPSLongitude"]) {
        let found = position::read(tags, none, &mut doubts);
        let found = found.ok_or_else(|| refuse(name, "a complete position on Earth"))?;
        tag.position = Some(found.position);
        tag.sources.position = Some(Source::Override);
        tag.sources.altitude = by(found.altitude);
    } else if let (Some(name), Some(position)) = (sent(&["GPSAltitude"]), tag.position) {
        let found = position::altitude(tags, none, &mut doubts);
        let (metres, _) = found.ok_or_else(|| refuse(name, "metres between -12000 and 20000"))?;
        tag.position = Some(Position { altitude: Some(metres), ..position });
        tag.sources.altitude = Some(Source::Override);
    }
    let time = ["DateTime", "SubSec", "OffsetTime", "SourceImageCreateTime", "GPSTimeStamp", "GPSDateStamp"];
    if let Some(name) = sent(&time) {
        if !used.iter().any(|name| is_gps_time(name)) {
            // The file's GPS must not overrule the time that was sent.
            tag.exif.retain(|name, _| !is_gps_time(name));
        }
        let tags = Tags::from_public(&tag.exif);
        let read = time::read(&tags, none, tag.position, camera.is_phone(), &mut doubts);
        let read = read.ok_or_else(|| refuse(name, "a date and time between 1990 and 2100"))?;
        tag.doubts.retain(|doubt| !is_about_time(doubt));
        tag.captured = Some(CaptureTime { source: TimeSource::Override, ..read.captured });
        (tag.sources.captured, tag.sources.zone) = (Some(Source::Override), by(read.zone));
    }
    if touches(&["Xmp.GPano.", "Exif.Image.Make", "Exif.Image.Model", "Xmp.tiff.M"]) {
        tag.doubts.retain(|doubt| !is_about_projection(doubt));
        let (projection, crop, source) = projection::read(tags, tag.image_size, &camera, tag.orientation, &mut doubts);
        (tag.projection, tag.crop, tag.sources.projection) = (projection, crop, by(source));
    }
    let posed = touches(&["Xmp.Camera.", "Xmp.GPano.Pose", "Xmp.drone-dji.Gimbal"]);
    let pose = pose::read(tags, &camera, tag.projection, &mut doubts);
    if posed {
        (tag.pitch, tag.roll, tag.yaw) = (pose.pitch, pose.roll, pose.yaw);
        tag.sources.pose = by(pose.tag.map(Source::Tag));
    }
    let place = place(tag);
    if let Some(name) = sent(&["GPSImgDirection", "GPSTrack"]) {
        tag.doubts.retain(|doubt| !matches!(doubt, Doubt::HeadingMagnetic(_)));
        let read = heading::read(tags, none, &pose, place, &mut doubts);
        let (read, _) = read.ok_or_else(|| refuse(name, "degrees between 0 and 360"))?;
        tag.heading = Some(Heading { source: HeadingSource::Override, ..read });
        tag.sources.heading = Some(Source::Override);
    } else if posed && tag.heading.is_none_or(|heading| is_posed(heading.source)) {
        let (heading, source) = heading::read(tags, none, &pose, place, &mut doubts).unzip();
        (tag.heading, tag.sources.heading) = (heading, by(source));
    }
    if touches(&[
        "Exif.Photo.DigitalZoom",
        "Exif.Photo.FocalLength",
        "Exif.Photo.FocalPlane",
        "Exif.Image.M",
        "Xmp.GPano.",
        "Exif.Image.Orientation",
    ]) {
        tag.focal_length = lens::focal_length(tags);
        tag.sources.focal_length = by(tag.focal_length.map(|_| Source::Tag(lens::FOCAL_LENGTH)));
        let view = projection::field_of_view(tag.projection, tag.crop, || {
            lens::field_of_view(tags, &camera, tag.image_size, tag.orientation)
        });
        let (view, source) = view.unzip();
        (tag.field_of_view, tag.sources.field_of_view) = (view, by(source));
    }
    let accuracy = ["GPSDOP", "GPSDifferential", "GPSHPositioningError", "GPSXYAccuracy", "Exif.Image.Make"];
    if tag.position.is_some() && sent(&accuracy).is_some() {
        let read = accuracy::read(tags, none, &camera);
        tag.accuracy = read.map(|(metres, ..)| metres);
        tag.accuracy_source = read.map(|(_, source, _)| source);
        tag.sources.accuracy = by(read.map(|(.., source)| source));
    }
    for doubt in doubts {
        if !tag.doubts.contains(&doubt) {
            tag.doubts.push(doubt);
        }
    }
    Ok(())
}

fn is_about_projection(doubt: &Doubt) -> bool {
    matches!(doubt, Doubt::CropRefused | Doubt::ProjectionUnsupported | Doubt::ProjectionGuessed | Doubt::ShapeUnlikely)
}

/// Whether a heading is that of the camera's pose, and follows it.
fn is_posed(source: HeadingSource) -> bool {
    matches!(source, HeadingSource::GPano | HeadingSource::Camera | HeadingSource::Gimbal)
}
