//! Coverage as Mapbox vector tiles, with the layers and attributes that Panoramax clients read.
//!
//! | layer | zoom | geometry |
//! |---|---|---|
//! | `grid` | 0 to 6 | a point in the middle of each cell |
//! | `sequences` | 6 and more | lines; at 6 all of them in one feature without attributes |
//! | `pictures` | 15 and more | points |
//!
//! The tiles of one account have no grid, and its sequences with their attributes at every zoom level.
//!
//! No tile up to [`LAST_ZOOM`] is larger than [`MAX_BYTES`]: of what is drawn at one place, the first given is kept, which
//! are the newest. Tiles further in, up to [`COMPLETE_ZOOM`], are complete.
//!
//! A line that is too short to be told from a point, or that is a single picture, is drawn one unit long (1/8 pixel):
//! clients drop lines without length, and with the style's square caps it is a dot.

use std::collections::HashSet;

use fast_mvt::{MvtCoord, MvtError, MvtFeatureBuilder, MvtGeomType, MvtLayerBuilder, MvtValueRef};
use uuid::Uuid;

use crate::{
    frame::Frame,
    quadkey::Tile,
    simplify,
    thin::{Taken, within},
};

/// The last zoom level that has a grid.
pub const GRID_LAST_ZOOM: u8 = 6;

/// The first zoom level that has lines.
pub const SEQUENCES_FIRST_ZOOM: u8 = 6;

/// The first zoom level that has pictures.
pub const PICTURES_FIRST_ZOOM: u8 = 15;

/// The last zoom level of the map; clients magnify these tiles.
pub const LAST_ZOOM: u8 = 15;

/// The last zoom level that has tiles at all, for clients that want all pictures of a place that has very many.
pub const COMPLETE_ZOOM: u8 = 18;

/// Most bytes of a tile up to [`LAST_ZOOM`], before compression.
pub const MAX_BYTES: usize = 500_000;

/// Pictures counted in one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GridPoint {
    /// Longitude of the cell's middle, degrees.
    pub lon: f64,
    /// Latitude of the cell's middle, degrees.
    pub lat: f64,
    /// Pictures in the cell.
    pub pictures: u64,
    /// Of these, panoramas.
    pub panoramas: u64,
}

/// A sequence on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceLine {
    /// The sequence.
    pub id: Uuid,
    /// Whose it is.
    pub account: Uuid,
    /// Make and model of the camera.
    pub model: Option<String>,
    /// Whether its pictures are panoramas; none if some are.
    pub panorama: Option<bool>,
    /// The day it was taken, `YYYY-MM-DD`.
    pub date: String,
    /// Accuracy, metres.
    pub accuracy: Option<f64>,
    /// Pixels per degree.
    pub pixel_density: Option<i64>,
    /// The track: line strings of (lon, lat) in degrees. A line of one point is a picture on its own.
    pub lines: Vec<Vec<(f64, f64)>>,
    /// Whether only its owner sees it.
    pub hidden: bool,
}

/// A picture on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct PicturePoint {
    /// The picture.
    pub id: Uuid,
    /// Whose it is.
    pub account: Uuid,
    /// The sequence it is in.
    pub sequence: Uuid,
    /// When it was taken, in UTC: `YYYY-MM-DDThh:mm:ssZ`.
    pub captured: String,
    /// Clockwise from north, degrees.
    pub heading: Option<f64>,
    /// Whether it is a panorama.
    pub panorama: bool,
    /// Make and model of the camera.
    pub model: Option<String>,
    /// Accuracy, metres.
    pub accuracy: Option<f64>,
    /// Pixels per degree.
    pub pixel_density: Option<i64>,
    /// Whether only its owner sees it.
    pub hidden: bool,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
}

/// A tile could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the vector tile could not be encoded")]
pub struct CoverageError(#[from] MvtError);

/// The tile as bytes; none where there is nothing to show. Only what belongs to the tile's zoom level is looked at, and
/// what lies outside of the tile and its buffer is left out. The same input gives the same bytes. The earlier a sequence or
/// picture in its list, the rather it is kept where not all fit.
pub fn encode(
    tile: Tile,
    grid: &[GridPoint],
    sequences: &[SequenceLine],
    pictures: &[PicturePoint],
) -> Result<Vec<u8>, CoverageError> {
    let frame = Frame::new(tile);
    let mut bytes = if tile.z <= GRID_LAST_ZOOM { layer(grid_layer(&frame, grid)?) } else { Vec::new() };
    let room = room(tile).saturating_sub(bytes.len());
    if tile.z == SEQUENCES_FIRST_ZOOM {
        bytes.extend(outlines(&frame, sequences, room)?);
    } else if tile.z > SEQUENCES_FIRST_ZOOM {
        bytes.extend(lines_and_points(&frame, tile, sequences, pictures, room)?);
    }
    Ok(bytes)
}

/// The same for the map of one account.
pub fn encode_account(
    tile: Tile,
    sequences: &[SequenceLine],
    pictures: &[PicturePoint],
) -> Result<Vec<u8>, CoverageError> {
    lines_and_points(&Frame::new(tile), tile, sequences, pictures, room(tile))
}

/// Most bytes of a tile.
fn room(tile: Tile) -> usize {
    if tile.z <= LAST_ZOOM { MAX_BYTES } else { usize::MAX }
}

/// The layers of sequences and of pictures. Where both are large, each has half of the room at least.
fn lines_and_points(
    frame: &Frame,
    tile: Tile,
    sequences: &[SequenceLine],
    pictures: &[PicturePoint],
    room: usize,
) -> Result<Vec<u8>, CoverageError> {
    let mut points = Vec::new();
    if tile.z >= PICTURES_FIRST_ZOOM {
        let placed = pictures.iter().filter_map(|picture| Some((picture, frame.point(picture.lon, picture.lat)?)));
        let placed: Vec<Placed<'_>> = placed.collect();
        let points_within = |room| within(room, &placed, |taken, (_, point)| taken.point(*point), picture_layer);
        points = points_within(room)?;
        if points.len() > room / 2 {
            points = points_within(room / 2)?;
        }
    }
    let tolerance = simplify::tolerance(tile.z);
    let drawn = |sequence| {
        let mut lines = lines(frame, sequence, tolerance);
        make_visible(&mut lines);
        (!lines.is_empty()).then_some((sequence, lines))
    };
    let drawn: Vec<Drawn<'_>> = sequences.iter().filter_map(drawn).collect();
    let mut bytes = within(room - points.len(), &drawn, |taken, (_, lines)| take(taken, lines), sequence_layer)?;
    bytes.extend(points);
    Ok(bytes)
}

/// A sequence and what a tile shows of its lines.
type Drawn<'a> = (&'a SequenceLine, Lines);

/// A picture and its place in a tile.
type Placed<'a> = (&'a PicturePoint, (i32, i32));

/// Lines in tile units.
type Lines = Vec<Vec<(i32, i32)>>;

fn lines(frame: &Frame, sequence: &SequenceLine, tolerance: f64) -> Lines {
    sequence.lines.iter().flat_map(|line| frame.line(line, tolerance)).collect()
}

/// Takes the places of all lines. True if something was free.
fn take(taken: &mut Taken, lines: &Lines) -> bool {
    lines.iter().fold(false, |free, line| taken.line(line) | free)
}

/// A layer's bytes: none if it has no features. A tile is its layers' bytes one after another.
fn layer(layer: MvtLayerBuilder) -> Vec<u8> {
    if layer.num_features() > 0 { layer.encode() } else { Vec::new() }
}

fn grid_layer(frame: &Frame, grid: &[GridPoint]) -> Result<MvtLayerBuilder, CoverageError> {
    let counts = |cell: &GridPoint| {
        let panoramas = cell.panoramas.min(cell.pictures);
        [cell.pictures, panoramas, cell.pictures - panoramas]
    };
    let mut fullest = [0; 3];
    for cell in grid {
        for (most, count) in fullest.iter_mut().zip(counts(cell)) {
            *most = count.max(*most);
        }
    }
    let mut layer = MvtLayerBuilder::new("grid")?;
    for cell in grid.iter().filter(|cell| cell.pictures > 0) {
        let Some(point) = frame.point(cell.lon, cell.lat) else { continue };
        let mut feature = layer.feature_of(MvtGeomType::Point);
        feature.points([coordinate(point)])?;
        for (key, count) in ["nb_pictures", "nb_360_pictures", "nb_flat_pictures"].into_iter().zip(counts(cell)) {
            feature.tag_ref(key, MvtValueRef::Int(i64::try_from(count).unwrap_or(i64::MAX)))?;
        }
        let shares = counts(cell).into_iter().zip(fullest).map(|(count, most)| share(count, most));
        for (key, share) in ["coef", "coef_360_pictures", "coef_flat_pictures"].into_iter().zip(shares) {
            feature.tag_ref(key, MvtValueRef::Double(share))?;
        }
        layer = feature.end();
    }
    Ok(layer)
}

/// How full a cell is against the fullest, 0 to 1, to four decimals; 0 only if it is empty, since clients hide that.
fn share(count: u64, most: u64) -> f64 {
    if count == 0 { 0.0 } else { ((count as f64 / most as f64 * 1e4).round() / 1e4).max(1e-4) }
}

/// All lines together, for the zoom levels between the grid and the sequences.
fn outlines(frame: &Frame, sequences: &[SequenceLine], room: usize) -> Result<Vec<u8>, CoverageError> {
    let tolerance = simplify::tolerance(SEQUENCES_FIRST_ZOOM);
    let drawn = |sequence| {
        let mut lines = lines(frame, sequence, tolerance);
        for line in &mut lines {
            merge_small(line, tolerance as i32);
        }
        (!lines.is_empty()).then_some(lines)
    };
    let drawn: Vec<Lines> = sequences.iter().filter_map(drawn).collect();
    within(room, &drawn, take, |kept| {
        let mut lines: Lines = kept.iter().flat_map(|lines| lines.iter().cloned()).collect();
        make_visible(&mut lines);
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        let mut feature = MvtLayerBuilder::new("sequences")?.feature_of(MvtGeomType::LineString);
        draw(&mut feature, &lines)?;
        Ok(layer(feature.end()))
    })
}

fn sequence_layer(kept: &[&Drawn<'_>]) -> Result<Vec<u8>, CoverageError> {
    let mut all = MvtLayerBuilder::new("sequences")?;
    for (sequence, lines) in kept {
        let mut feature = all.feature_of(MvtGeomType::LineString);
        draw(&mut feature, lines)?;
        let mut text = Uuid::encode_buffer();
        feature.tag_ref("id", MvtValueRef::String(sequence.id.hyphenated().encode_lower(&mut text)))?;
        feature.tag_ref("account_id", MvtValueRef::String(sequence.account.hyphenated().encode_lower(&mut text)))?;
        if let Some(panorama) = sequence.panorama {
            feature.tag_ref("type", kind(panorama))?;
        }
        if !sequence.date.is_empty() {
            feature.tag_ref("date", MvtValueRef::String(&sequence.date))?;
        }
        tag_quality(&mut feature, sequence.model.as_deref(), sequence.accuracy, sequence.pixel_density)?;
        tag_hidden(&mut feature, sequence.hidden)?;
        all = feature.end();
    }
    Ok(layer(all))
}

fn picture_layer(kept: &[&Placed<'_>]) -> Result<Vec<u8>, CoverageError> {
    let mut all = MvtLayerBuilder::new("pictures")?;
    let mut sequences = String::new();
    for (picture, point) in kept {
        let mut feature = all.feature_of(MvtGeomType::Point);
        feature.points([coordinate(*point)])?;
        let mut text = Uuid::encode_buffer();
        feature.tag_ref("id", MvtValueRef::String(picture.id.hyphenated().encode_lower(&mut text)))?;
        feature.tag_ref("account_id", MvtValueRef::String(picture.account.hyphenated().encode_lower(&mut text)))?;
        feature.tag_ref("ts", MvtValueRef::String(&picture.captured))?;
        if let Some(degrees) = picture.heading.filter(|degrees| degrees.is_finite()) {
            feature.tag_ref("heading", MvtValueRef::Int(degrees.rem_euclid(360.0).round() as i64 % 360))?;
        }
        feature.tag_ref("type", kind(picture.panorama))?;
        tag_quality(&mut feature, picture.model.as_deref(), picture.accuracy, picture.pixel_density)?;
        // The one value is a JSON array in a string, since tiles have no lists; the other is for clients that read none.
        let sequence = &*picture.sequence.hyphenated().encode_lower(&mut text);
        sequences.clear();
        sequences.extend(["[\"", sequence, "\"]"]);
        feature.tag_ref("sequences", MvtValueRef::String(&sequences))?;
        feature.tag_ref("first_sequence", MvtValueRef::String(sequence))?;
        tag_hidden(&mut feature, picture.hidden)?;
        all = feature.end();
    }
    Ok(layer(all))
}

fn kind(panorama: bool) -> MvtValueRef<'static> {
    MvtValueRef::String(if panorama { "equirectangular" } else { "flat" })
}

fn tag_quality(
    feature: &mut MvtFeatureBuilder,
    model: Option<&str>,
    accuracy: Option<f64>,
    pixel_density: Option<i64>,
) -> Result<(), CoverageError> {
    if let Some(model) = model {
        feature.tag_ref("model", MvtValueRef::String(model))?;
    }
    if let Some(metres) = accuracy.filter(|metres| metres.is_finite()) {
        feature.tag_ref("gps_accuracy", MvtValueRef::Double(metres))?;
    }
    if let Some(density) = pixel_density {
        feature.tag_ref("h_pixel_density", MvtValueRef::Int(density))?;
    }
    Ok(())
}

fn tag_hidden(feature: &mut MvtFeatureBuilder, hidden: bool) -> Result<(), CoverageError> {
    if hidden {
        feature.tag_ref("hidden", MvtValueRef::Bool(true))?;
    }
    Ok(())
}

/// Makes each line at least one unit long, and leaves out what is there twice.
fn make_visible(lines: &mut Vec<Vec<(i32, i32)>>) {
    for line in lines.iter_mut() {
        if let [(x, y)] = line[..] {
            line.push((x + 1, y));
        }
    }
    if lines.len() > 1 {
        let mut known = HashSet::new();
        lines.retain(|line| known.insert(line.clone()));
    }
}

/// Makes a line that is inside of one cell of a grid a point of that grid: of the many short lines of a town, one dot
/// for each pixel is left.
fn merge_small(line: &mut Vec<(i32, i32)>, cell: i32) {
    let corner = |(x, y): (i32, i32)| (x.div_euclid(cell) * cell, y.div_euclid(cell) * cell);
    let Some(first) = line.first().copied().map(corner) else { return };
    if line.iter().all(|point| corner(*point) == first) {
        line.clear();
        line.push(first);
    }
}

fn draw(feature: &mut MvtFeatureBuilder, lines: &[Vec<(i32, i32)>]) -> Result<(), CoverageError> {
    for line in lines {
        feature.line(line.iter().copied().map(coordinate))?;
    }
    Ok(())
}

fn coordinate((x, y): (i32, i32)) -> MvtCoord {
    MvtCoord { x, y }
}
