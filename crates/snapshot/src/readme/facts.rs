//! Sections of the card that tell what is in the files.

use super::{
    count,
    text::{code, number, percent, plain, ranking, shares, table},
};
use crate::{card::Card, collection::license_address, tally::Share};

/// Cells of the map that are told.
const MOST_CELLS: usize = 10;

/// What it is, at a glance.
pub(super) fn summary(card: &Card) -> String {
    let [west, south, east, north] = card.bbox;
    let mut text = format!(
        "# {name}: all pictures\n\n\
         Every street-level picture that [{name}]({address}) showed to everybody, a row each: where, when and which way it was \
         taken, by whom, under which licence, with which tags, and where its files are. As of line {change} of the instance's \
         change log. The pictures themselves are not in it.\n\n",
        name = plain(&card.instance.name),
        address = card.instance.address,
        change = card.state.change,
    );
    if card.state.incomplete {
        text.push_str(
            "**This snapshot is incomplete**: files were being written anew at the instance when it was taken, and are missing. \
             Numbers are of what is here.\n\n",
        );
    }
    let rows: [(&str, String); 10] = [
        ("pictures", number(card.pictures)),
        ("sequences", number(card.sequences)),
        ("accounts", number(card.accounts)),
        ("taken", format!("{} to {}", card.captured[0], card.captured[1])),
        ("received", format!("{} to {}", card.received[0], card.received[1])),
        ("last change of any picture", card.last_changed.to_string()),
        ("extent (west, south, east, north)", format!("{west}, {south}, {east}, {north} degrees")),
        ("line of the change log", card.state.change.to_string()),
        ("files", format!("{}, {}", number(card.files.count), flaneur_fetch::bytes(card.files.bytes))),
        ("fingerprint of the files", format!("`{}`", card.state.fingerprint)),
    ];
    text.push_str(&table(&["", ""], rows.map(|(name, value)| vec![name.to_owned(), value])));
    text
}

pub(super) fn licenses(card: &Card) -> String {
    let row = |share: &Share| {
        let name = plain(&share.name);
        let name = license_address(&share.name).map_or(name.clone(), |address| format!("[{name}]({address})"));
        vec![name, number(share.count), percent(share.count, card.pictures)]
    };
    let attributions = &card.attributions;
    let own = match attributions.count {
        0 => "No picture has an `attribution` of its own.\n".to_owned(),
        some => format!(
            "{} an `attribution` of {} own:\n\n{}",
            count(some, "picture has", "pictures have"),
            if some == 1 { "its" } else { "their" },
            ranking(["attribution", "pictures"], attributions, card.pictures)
        ),
    };
    format!(
        "## Licences\n\n{}\n\
         The column `license` says which one a picture has; the instance offers the row about it under the same one. Name for each \
         picture what its `attribution` says, or, where that is null, the account in `geovisio:producer`; and link to the \
         licence.\n\n{own}",
        table(&["licence", "pictures", "share"], card.licenses.iter().map(row)),
    )
}

pub(super) fn structure(card: &Card) -> String {
    let row = |column: &crate::card::Described| {
        let description = column.description.unwrap_or_default().replace('|', "/");
        vec![code(&column.name), code(&column.kind), description]
    };
    format!(
        "## Structure\n\n\
         [GeoParquet](https://geoparquet.org) 1.1, a row a picture, laid out as \
         [stac-geoparquet](https://github.com/stac-utils/stac-geoparquet). A file has the pictures of one tile of the map; its \
         name is the tile's quadkey and the beginning of its SHA-256. Rows are in the order of a space-filling curve.\n\n{}",
        table(&["column", "type", "says"], card.columns.iter().map(row)),
    )
}

pub(super) fn composition(card: &Card) -> String {
    let pictures = card.pictures;
    let years: Vec<Share> =
        card.years.iter().map(|(year, count)| Share { name: year.clone(), count: *count }).collect();
    let mut cells: Vec<Share> = card
        .coverage
        .pictures_by_quadkey
        .iter()
        .map(|(key, count)| Share { name: key.clone(), count: *count })
        .collect();
    cells.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.name.cmp(&other.name)));
    let (all, more) = (cells.len(), cells.len().saturating_sub(MOST_CELLS));
    cells.truncate(MOST_CELLS);
    let makes = &card.camera_makes;
    format!(
        "## Composition\n\n\
         {flat} and {panoramas} ({share} of all).\n\n\
         ### By year\n\nIn which pictures were taken, in UTC.\n\n{years}\n\
         ### By camera\n\nOf {known} ({known_share}) the make of the camera is known:\n\n{makes}\n\
         ### Coverage\n\n\
         There are pictures in {tiles} of zoom level {zoom}, which cover {area} km² of a sphere of mean radius 6371.0088 km (IUGG; \
         a tile is R² · Δλ · (sin φ₁ − sin φ₂), by Archimedes' theorem on zones of a sphere). That is where there is any picture, \
         not how much of it can be seen.\n\n\
         Pictures by tile of zoom level 6 ({all} tiles{told}; all are in `card.json`):\n\n{cells}",
        flat = count(card.projected("flat"), "flat picture", "flat pictures"),
        panoramas = count(card.projected("equirectangular"), "panorama", "panoramas"),
        share = percent(card.projected("equirectangular"), pictures),
        years = shares(["year", "pictures"], &years, pictures),
        known = count(makes.count, "picture", "pictures"),
        known_share = percent(makes.count, pictures),
        makes = ranking(["make", "pictures"], makes, pictures),
        tiles = count(card.coverage.tiles, "tile", "tiles"),
        zoom = card.coverage.zoom,
        area = card.coverage.square_kilometres,
        told = if more > 0 { ", here the fullest ones" } else { "" },
        cells = shares(["quadkey", "pictures"], &cells, pictures),
    )
}

pub(super) fn knowledge(card: &Card) -> String {
    let pictures = card.pictures;
    let (positions, headings) = (&card.positions, &card.headings);
    let meaning = |name: &str| match name {
        "file" => "the picture's own metadata",
        "track" => "computed from the places before and after it in the sequence",
        "edited" => "somebody corrected it",
        "none" => "nobody knows it",
        _ => "",
    };
    let row = |share: &Share| {
        vec![plain(&share.name), meaning(&share.name).to_owned(), number(share.count), percent(share.count, pictures)]
    };
    let keys = |keys: &crate::tally::Ranking| {
        let table =
            if keys.count == 0 { String::new() } else { format!("\n{}", ranking(["key", "tags"], keys, keys.count)) };
        format!("with {}.\n{table}", count(keys.different, "different key", "different keys"))
    };
    format!(
        "## How things are known\n\n\
         ### Places\n\n\
         Latitude and longitude are from the picture's metadata, or as its owner corrected them. Of {accuracy} pictures ({accuracy_share}) \
         it is said how accurate that is; `quality:horizontal_accuracy` is what the device or the contributor says, and is not measured \
         against anything. {altitude} pictures have an altitude.\n\n{accuracies}\n\
         ### Headings\n\n\
         {known} pictures ({known_share}) have a heading. `flaneur:heading_source` says where it is from:\n\n{sources}\n\
         Pitch and roll are known of {tilts}, the horizontal field of view of {fields}.\n\n\
         ### Tags and annotations\n\n\
         Tags are written by contributors and by programs; a tag's key says by which vocabulary.\n\n\
         Whole pictures: {tags} on {tagged} of {all}, {tag_keys}\n\
         Parts of pictures: {annotations} on {annotated} of {all}, which have {mark_tags} {mark_keys}",
        accuracy = number(positions.with_accuracy),
        accuracy_share = percent(positions.with_accuracy, pictures),
        altitude = number(positions.with_altitude),
        accuracies = shares(["accuracy (95 %)", "pictures"], &positions.accuracy, pictures),
        known = number(headings.known),
        known_share = percent(headings.known, pictures),
        sources = table(&["source", "is", "pictures", "share"], headings.sources.iter().map(row)),
        tilts = number(headings.tilts),
        fields = number(headings.fields_of_view),
        all = count(pictures, "picture", "pictures"),
        tags = count(card.tags.keys.count, "tag", "tags"),
        tagged = number(card.tags.pictures),
        tag_keys = keys(&card.tags.keys),
        annotations = count(card.annotations.annotations, "annotation", "annotations"),
        annotated = number(card.annotations.pictures),
        mark_tags = count(card.annotations.keys.count, "tag", "tags"),
        mark_keys = keys(&card.annotations.keys),
    )
}

pub(super) fn redaction(card: &Card) -> String {
    let redaction = &card.redaction;
    let pictures = card.pictures;
    let models = if redaction.models.is_empty() {
        "No row names a model.\n".to_owned()
    } else {
        let row = |model: &crate::card::Model| {
            vec![plain(&model.class), plain(&model.name), plain(&model.version), number(model.pictures)]
        };
        table(
            &["looks for", "model", "version", "pictures in which it found something"],
            redaction.models.iter().map(row),
        )
    };
    format!(
        "## What was made unrecognizable\n\n\
         Models look for faces and number plates in every picture before it is shown, and what they find is replaced by a \
         gradient. How many were found is in the rows, never where: there was somebody's face.\n\n{}\n{models}\n\
         No model finds everything, and some of what was found was neither a face nor a plate. Regions that people drew, and false \
         alarms that were undone, are not told apart in the rows.\n",
        table(
            &["", "faces", "plates"],
            [
                vec!["in all".to_owned(), number(redaction.faces), number(redaction.plates)],
                vec![
                    "in a thousand pictures".to_owned(),
                    redaction.faces_per_thousand.to_string(),
                    redaction.plates_per_thousand.to_string(),
                ],
                vec![
                    "pictures with any".to_owned(),
                    format!(
                        "{} ({})",
                        number(redaction.pictures_with_faces),
                        percent(redaction.pictures_with_faces, pictures)
                    ),
                    format!(
                        "{} ({})",
                        number(redaction.pictures_with_plates),
                        percent(redaction.pictures_with_plates, pictures)
                    ),
                ],
                vec![
                    "pictures with neither".to_owned(),
                    format!(
                        "{} ({})",
                        number(redaction.pictures_with_none),
                        percent(redaction.pictures_with_none, pictures)
                    ),
                    String::new(),
                ],
            ]
        ),
    )
}
