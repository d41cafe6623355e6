//! A small EXIF writer, apart from the product's, so that the two cannot agree on a mistake.
//!
//! TIFF 6.0 structure, little-endian; tags of EXIF 2.32 (CIPA DC-008).

/// Where, when and whither a picture was taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// Degrees, east positive.
    pub longitude: f64,
    /// Degrees, north positive.
    pub latitude: f64,
    /// Seconds after 2024-05-01T10:00:00Z; less than a day's rest.
    pub seconds: u32,
    /// Degrees clockwise from north.
    pub heading: Option<f64>,
}

/// The day of every placement.
const DAY: &str = "2024:05:01";

/// Has a file that was made here say another day, `2019:06:20`, and the same time of it.
pub fn take_on(file: &mut [u8], day: &str) {
    assert_eq!(day.len(), DAY.len(), "{day}");
    let places: Vec<usize> =
        file.windows(DAY.len()).enumerate().filter(|(_, part)| *part == DAY.as_bytes()).map(|(at, _)| at).collect();
    assert_eq!(places.len(), 2, "by the camera's clock, and by satellite");
    for at in places {
        file[at..at + day.len()].copy_from_slice(day.as_bytes());
    }
}

impl Placement {
    /// The `index`-th picture of a walk northward through Rennes: 6 m and 2 s after the one before.
    pub fn walk(index: u32) -> Self {
        Self {
            longitude: -1.6800,
            latitude: 48.1100 + f64::from(index) * 6.0 / 111_320.0,
            seconds: index * 2,
            heading: Some(0.0),
        }
    }

    fn clock(self) -> [u32; 3] {
        let seconds = 10 * 3600 + self.seconds;
        assert!(seconds < 86_400, "the day ends");
        [seconds / 3600, seconds / 60 % 60, seconds % 60]
    }
}

/// An EXIF block in the making.
#[derive(Debug, Clone, Default)]
pub struct Exif {
    main: Vec<Entry>,
    photo: Vec<Entry>,
    gps: Vec<Entry>,
    thumbnail: Vec<u8>,
}

#[derive(Debug, Clone)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    value: Vec<u8>,
}

impl Entry {
    fn ascii(tag: u16, text: &str) -> Self {
        let mut value = text.as_bytes().to_vec();
        value.push(0);
        Self { tag, kind: 2, count: value.len() as u32, value }
    }

    fn undefined(tag: u16, value: &[u8]) -> Self {
        Self { tag, kind: 7, count: value.len() as u32, value: value.to_vec() }
    }

    fn long(tag: u16, value: u32) -> Self {
        Self { tag, kind: 4, count: 1, value: value.to_le_bytes().to_vec() }
    }

    fn rationals(tag: u16, values: &[(u32, u32)]) -> Self {
        let value = values.iter().flat_map(|(above, below)| [above.to_le_bytes(), below.to_le_bytes()]).flatten();
        Self { tag, kind: 5, count: values.len() as u32, value: value.collect() }
    }
}

impl Exif {
    /// A camera's name, and the placement if there is one.
    pub fn new(placement: Option<Placement>) -> Self {
        let mut exif = Self::default();
        exif.main.extend([Entry::ascii(0x010f, "Flaneur"), Entry::ascii(0x0110, "Test Camera 1")]);
        if let Some(placement) = placement {
            let [hours, minutes, seconds] = placement.clock();
            let local = format!("{DAY} {:02}:{minutes:02}:{seconds:02}", hours + 2);
            exif.photo.extend([Entry::ascii(0x9003, &local), Entry::ascii(0x9011, "+02:00")]);
            exif.gps.extend([
                Entry::ascii(1, if placement.latitude < 0.0 { "S" } else { "N" }),
                Entry::rationals(2, &degrees(placement.latitude)),
                Entry::ascii(3, if placement.longitude < 0.0 { "W" } else { "E" }),
                Entry::rationals(4, &degrees(placement.longitude)),
                Entry::rationals(7, &[(hours, 1), (minutes, 1), (seconds, 1)]),
            ]);
            if let Some(heading) = placement.heading {
                exif.gps.push(Entry::ascii(16, "T"));
                exif.gps.push(Entry::rationals(17, &[((heading * 100.0).round() as u32, 100)]));
            }
            exif.gps.push(Entry::ascii(29, DAY));
        }
        exif
    }

    /// Text in the main directory, for example `ImageDescription` (0x010e).
    pub fn main_text(&mut self, tag: u16, text: &str) {
        self.main.push(Entry::ascii(tag, text));
    }

    /// Text in the photo directory, for example `CameraOwnerName` (0xa430).
    pub fn photo_text(&mut self, tag: u16, text: &str) {
        self.photo.push(Entry::ascii(tag, text));
    }

    /// Bytes in the photo directory, for example `MakerNote` (0x927c).
    pub fn photo_bytes(&mut self, tag: u16, bytes: &[u8]) {
        self.photo.push(Entry::undefined(tag, bytes));
    }

    /// The JPEG of the first directory after the main one.
    pub fn thumbnail(&mut self, jpeg: Vec<u8>) {
        self.thumbnail = jpeg;
    }

    /// The content of an APP1 segment.
    pub fn build(&self) -> Vec<u8> {
        let mut main = self.main.clone();
        // Pointers are of fixed size, so a first layout with zeros tells where everything comes to lie.
        main.extend([Entry::long(0x8769, 0), Entry::long(0x8825, 0)]);
        let photo_at = 8 + directory_size(&main);
        let gps_at = photo_at + directory_size(&self.photo);
        let next_at = gps_at + directory_size(&self.gps);
        let mut next = vec![Entry::long(0x0201, 0), Entry::long(0x0202, self.thumbnail.len() as u32)];
        let thumbnail_at = next_at + directory_size(&next);
        next[0] = Entry::long(0x0201, thumbnail_at);
        let pointers = main.len() - 2;
        main[pointers] = Entry::long(0x8769, photo_at);
        main[pointers + 1] = Entry::long(0x8825, gps_at);

        let mut out = b"Exif\0\0II*\0".to_vec();
        out.extend(8_u32.to_le_bytes());
        out.extend(directory(&main, 8, if self.thumbnail.is_empty() { 0 } else { next_at }));
        out.extend(directory(&self.photo, photo_at, 0));
        out.extend(directory(&self.gps, gps_at, 0));
        if !self.thumbnail.is_empty() {
            out.extend(directory(&next, next_at, 0));
            out.extend(&self.thumbnail);
        }
        out
    }
}

fn degrees(value: f64) -> [(u32, u32); 3] {
    let value = value.abs();
    let minutes = value.fract() * 60.0;
    [(value as u32, 1), (minutes as u32, 1), ((minutes.fract() * 60.0 * 10_000.0).round() as u32, 10_000)]
}

fn outside(entry: &Entry) -> u32 {
    if entry.value.len() > 4 { entry.value.len().next_multiple_of(2) as u32 } else { 0 }
}

fn directory_size(entries: &[Entry]) -> u32 {
    2 + 12 * entries.len() as u32 + 4 + entries.iter().map(outside).sum::<u32>()
}

/// A directory that lies `at` bytes after the TIFF header, its values behind it, tags in ascending order as TIFF asks.
fn directory(entries: &[Entry], at: u32, next: u32) -> Vec<u8> {
    let mut entries = entries.to_vec();
    entries.sort_by_key(|entry| entry.tag);
    let mut out = (entries.len() as u16).to_le_bytes().to_vec();
    let mut values = Vec::new();
    let values_at = at + 2 + 12 * entries.len() as u32 + 4;
    for entry in &entries {
        out.extend(entry.tag.to_le_bytes());
        out.extend(entry.kind.to_le_bytes());
        out.extend(entry.count.to_le_bytes());
        if entry.value.len() > 4 {
            out.extend((values_at + values.len() as u32).to_le_bytes());
            values.extend(&entry.value);
            values.resize(values.len().next_multiple_of(2), 0);
        } else {
            let mut inline = entry.value.clone();
            inline.resize(4, 0);
            out.extend(inline);
        }
    }
    out.extend(next.to_le_bytes());
    out.extend(values);
    out
}
