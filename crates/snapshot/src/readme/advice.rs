//! Sections of the card that say how to take it: how to open and to verify it, what it is fit for, and what its user owes.

use super::{
    count,
    text::{bibtex, plain},
};
use crate::card::Card;

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
         **Who and how**: {accounts} of {name} sent the pictures, as a rule those that they took themselves. Nobody drew a sample: \
         expect more of where contributors live and go, of roads, of daylight and of fair weather. The same street may be there \
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
