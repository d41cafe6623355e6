//! The sections of the card, each a text.

use super::{
    count,
    text::{bibtex, code, number, percent, plain, ranking, shares, table},
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
    let mut text = format!(
        "## Licences\n\n{}\n\
         The column `license` says which one a picture has; the instance offers the row about it under the same one. Name for each picture what \
         its `attribution` says, or, where that is null, the account in `geovisio:producer`; and link to the licence.\n\n",
        table(&["licence", "pictures", "share"], card.licenses.iter().map(row)),
    );
    let attributions = &card.attributions;
    text.push_str(&match attributions.count {
        0 => "No picture has an `attribution` of its own.\n".to_owned(),
        some => format!(
            "{} an `attribution` of {} own:\n\n{}",
            count(some, "picture has", "pictures have"),
            if some == 1 { "its" } else { "their" },
            ranking(["attribution", "pictures"], attributions, card.pictures)
        ),
    });
    text
}

pub(super) fn opening(card: &Card) -> String {
    let relative = "Addresses of files in the column `assets` that begin with `..` are relative to";
    format!(
        "## How to open it\n\n\
         With [DuckDB](https://duckdb.org), in this folder:\n\n\
         ```sql\n\
         SELECT \"geovisio:producer\", count(*) AS pictures FROM 'parts/*.parquet' GROUP BY ALL ORDER BY ALL;\n\
         ```\n\n\
         With [GeoPandas](https://geopandas.org):\n\n\
         ```python\n\
         import glob, geopandas, pandas\n\
         pictures = pandas.concat(geopandas.read_parquet(part) for part in sorted(glob.glob(\"parts/*.parquet\")))\n\
         ```\n\n\
         `collection.json` is a STAC Collection with all files as assets; `card.json` has the numbers of this page.\n\
         {relative} `{base}`.\n",
        base = dataset(card),
    )
}

/// What addresses in the files are relative to, where they are.
fn dataset(card: &Card) -> String {
    let mut url = card.state.changes.clone();
    url.set_query(None);
    url.join("dataset/").map_or_else(|_| url.to_string(), |url| url.to_string())
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
         ### By camera\n\n{known} ({known_share}) the make of the camera:\n\n{makes}\n\
         ### Coverage\n\n\
         There are pictures in {tiles} of zoom level {zoom}, which cover {area} km² of a sphere of mean radius 6371.0088 km (IUGG; \
         a tile is R² · Δλ · (sin φ₁ − sin φ₂), by Archimedes' theorem on zones of a sphere). That is where there is any picture, \
         not how much of it can be seen.\n\n\
         Pictures by tile of zoom level 6 ({all} tiles{told}; all are in `card.json`):\n\n{cells}",
        flat = count(card.projected("flat"), "flat picture", "flat pictures"),
        panoramas = count(card.projected("equirectangular"), "panorama", "panoramas"),
        share = percent(card.projected("equirectangular"), pictures),
        years = shares(["year", "pictures"], &years, pictures),
        known = count(makes.count, "picture tells", "pictures tell"),
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
    let tagged = |count: u64, many: &crate::tally::Ranking, of: &str| {
        let keys =
            if many.count == 0 { String::new() } else { format!("\n{}", ranking(["key", "tags"], many, many.count)) };
        format!(
            "{} of {} {of}, {} in all, with {} different keys.\n{keys}",
            number(count),
            number(pictures),
            number(many.count),
            number(many.different)
        )
    };
    format!(
        "## How things are known\n\n\
         ### Places\n\n\
         Latitude and longitude are from the picture's metadata, or as its owner corrected them. {accuracy} ({accuracy_share}) \
         tell how accurate that is; `quality:horizontal_accuracy` is what the device or the contributor says, and is not measured \
         against anything. {altitude} tell an altitude.\n\n{accuracies}\n\
         ### Headings\n\n\
         {known} ({known_share}) have a heading. `flaneur:heading_source` says where it is from:\n\n{sources}\n\
         {tilts} tell pitch and roll, {fields} the horizontal field of view.\n\n\
         ### Tags and annotations\n\n\
         Tags are written by contributors and by programs; a tag's key says by which vocabulary. Tags on whole pictures are on \
         {tags}\n\
         Annotations, which are parts of pictures with tags: {annotations}, on {annotated}",
        accuracy = number(positions.with_accuracy),
        accuracy_share = percent(positions.with_accuracy, pictures),
        altitude = number(positions.with_altitude),
        accuracies = shares(["accuracy (95 %)", "pictures"], &positions.accuracy, pictures),
        known = number(headings.known),
        known_share = percent(headings.known, pictures),
        sources = table(&["source", "is", "pictures", "share"], headings.sources.iter().map(row)),
        tilts = number(headings.tilts),
        fields = number(headings.fields_of_view),
        tags = tagged(card.tags.pictures, &card.tags.keys, "pictures"),
        annotations = number(card.annotations.annotations),
        annotated = tagged(card.annotations.pictures, &card.annotations.keys, "pictures; tags"),
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

pub(super) fn absent(_: &Card) -> String {
    "## What is not in it\n\n\
     - Pictures that only some may see: private ones, hidden ones, those in excluded areas, those withheld because of a report, and \
     those that were deleted. That they are missing is no accident, and says something about the rest.\n\
     - The pictures themselves: only their addresses, sizes and checksums. `flaneur fetch` takes them.\n\
     - Originals: what was redacted is in no file that anybody may see.\n\
     - Where faces and plates were, and metadata that may give somebody away, such as serial numbers.\n\
     - Who contributed, beyond the name of the account, which licences ask to be told.\n"
        .to_owned()
}

pub(super) fn making(card: &Card) -> String {
    format!(
        "## How it came about\n\n\
         **Why**: so that anyone can see streets, map them, and do research about them.\n\n\
         **Who and how**: {accounts} of {name} took the pictures and sent them because they wanted to. Nobody drew a sample: there \
         are more pictures where contributors live and go, by day, in good weather and along roads. The same street may be there \
         many times, and near duplicates of a picture may have been left out when it was sent.\n\n\
         **What was done to them**: metadata was read, sequences were cut and sorted, headings that were missing were computed, \
         faces and plates were redacted, and what people edited since was applied. Nothing was labelled for this dataset.\n\n\
         **Who made this snapshot**: `flaneur snapshot`, out of the list at <{list}>. Every number here is computed from the files \
         beside it.\n",
        accounts = count(card.accounts, "account", "accounts"),
        name = plain(&card.instance.name),
        list = dataset(card).trim_end_matches('/'),
    )
}

pub(super) fn uses(_: &Card) -> String {
    "## Uses\n\n\
     Fit for: finding pictures of a place, a time or a kind; maps of coverage; training and testing of what sees streets; counting \
     what tags and annotations name.\n\n\
     Not fit for: finding out who somebody is or where they were; conclusions on a whole town from where contributors went; \
     measuring distances more accurately than places are known. Do not try to undo redactions.\n"
        .to_owned()
}

pub(super) fn duties(card: &Card) -> String {
    format!(
        "## What whoever uses it owes\n\n\
         People take pictures back, and ask for pictures of them to be removed. What was withdrawn since this snapshot is on the \
         instance's change log, behind line {change}:\n\n\
         <{changes}>\n\n\
         Read it to its end (`next` is what to ask for next time) before you publish anything that is made of this, and from time to \
         time as long as you keep it. Remove pictures of which a line says `deleted` or `hidden`, and everything made of them that \
         shows them; where it says `redacted`, take the picture's files anew and remove the old ones. With `&items=true` pictures \
         come along as they are now, and those on a line that do not come are to be removed. Do not pass on a snapshot without this \
         page. Whoever archives it under a permanent identifier should keep it possible to remove rows.\n",
        change = card.state.change,
        changes = card.state.changes,
    )
}

pub(super) fn citation(card: &Card) -> String {
    let year: String = card.last_changed.to_string().chars().take(4).collect();
    let host = card.instance.address.host_str().unwrap_or("instance");
    let key: String = host.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let short: String = card.state.fingerprint.chars().take(16).collect();
    format!(
        "## How to cite it\n\n\
         > Contributors to {name}. *All pictures, as of line {change} of the change log* ({year}). <{address}>. Fingerprint \
         {short}.\n\n\
         ```bibtex\n\
         @misc{{{key}-{change},\n\
         \x20 author = {{{{Contributors to {bib_name}}}}},\n\
         \x20 title = {{{bib_name}: all pictures}},\n\
         \x20 year = {{{year}}},\n\
         \x20 url = {{{address}}},\n\
         \x20 note = {{Line {change} of the change log; fingerprint {short}}}\n\
         }}\n\
         ```\n\n\
         The year is that of the last change of any picture. Where an archive gave the snapshot an identifier, cite that, too.\n",
        name = plain(&card.instance.name),
        bib_name = bibtex(&card.instance.name),
        change = card.state.change,
        address = card.instance.address,
    )
}

pub(super) fn verifying(_: &Card) -> String {
    "## How to verify it\n\n\
     ```sh\n\
     sha256sum -c SHA256SUMS                    # every file is as it was\n\
     grep '  parts/' SHA256SUMS | sha256sum     # the fingerprint above\n\
     flaneur snapshot --check .                 # and every number here follows from the files\n\
     ```\n\n\
     Whoever takes a snapshot of the same state of the instance has the same files, to the byte.\n"
        .to_owned()
}
