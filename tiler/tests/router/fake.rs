//! A catalog that notes what it is asked, and requests to the routes that stand on it.

use std::{
    collections::{BTreeMap, HashSet},
    ops::RangeInclusive,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use axum::{Router, body::Body};
use fast_mvt::MvtReaderRef;
use flaneur_access::Viewer;
use flaneur_catalog::{
    COVERED_ZOOM, CatalogError, Coverage, Result,
    model::{
        AccountId, DrawnTile, GridCell, PictureId, PictureMark, PicturePlace, Projection, SequenceId, SequenceMark,
        SequenceMarkPlace, Sight,
    },
    world::SystemClock,
};
use flaneur_coverage::quadkey::{self, Tile, key};
use flaneur_tiler::{About, PublicUrl, router};
use http::{Request, Response, header};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use serde_json::Value;
use tower::ServiceExt as _;
use uuid::Uuid;

pub const LON: f64 = 2.3499;
pub const LAT: f64 = 48.8530;
pub const OWNER: Uuid = Uuid::from_u128(0xb2);
const SEQUENCE: Uuid = Uuid::from_u128(0xa1);
const PICTURE: Uuid = Uuid::from_u128(0xc3);

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// A question to the catalog: method, viewer, account, keys, zoom or limit.
pub type Question = (&'static str, Viewer, Option<AccountId>, RangeInclusive<i64>, i64);

/// One sequence with one picture, which belong to [`OWNER`] and lie at ([`LON`], [`LAT`]).
#[derive(Default)]
pub struct Fake {
    pub questions: Mutex<Vec<Question>>,
    pub broken: bool,
    /// Whether nothing can be written for a long time.
    pub busy: bool,
    /// How many sequences of other cameras, and panoramas, are newer than those two.
    pub crowd: i64,
    pub kept: Mutex<BTreeMap<(u8, u32, u32), DrawnTile>>,
}

impl Fake {
    /// Notes a question. Answers whether there is something to show.
    fn ask(&self, question: Question) -> Result<bool> {
        let shown = question.3.contains(&key(LON, LAT)) && question.2.is_none_or(|account| account.0 == OWNER);
        self.questions.lock().expect("no test panics here").push(question);
        if self.broken {
            return Err(CatalogError::Corrupt { what: "camera", text: "secret".to_owned() });
        }
        Ok(shown)
    }

    /// What comes behind one of the crowd, the last of which is followed by `last`.
    fn window(&self, last: Uuid, after: Option<Uuid>, limit: i64) -> Vec<Uuid> {
        // Names of the crowd are places in it.
        const CROWD: u128 = 1 << 64;
        let from = match after {
            None => 0,
            Some(id) if id == last => return Vec::new(),
            Some(id) => (id.as_u128() - CROWD) as i64 + 1,
        };
        let name = |place: i64| if place == self.crowd { last } else { Uuid::from_u128(CROWD + place as u128) };
        (from..=self.crowd).take(limit.max(0) as usize).map(name).collect()
    }
}

#[async_trait]
impl Coverage for Fake {
    async fn grid(
        &self,
        viewer: Viewer,
        account: Option<AccountId>,
        keys: RangeInclusive<i64>,
        zoom: u8,
    ) -> Result<Vec<GridCell>> {
        let shown = self.ask(("grid", viewer, account, keys, i64::from(zoom)))?;
        let cell = GridCell { key: *Tile::at(zoom, LON, LAT).keys().start(), pictures: 3, panoramas: 1 };
        let broken = GridCell { key: -1, ..cell };
        Ok(if shown { vec![broken, cell] } else { Vec::new() })
    }

    async fn sequence_marks(
        &self,
        viewer: Viewer,
        account: Option<AccountId>,
        keys: RangeInclusive<i64>,
        after: Option<SequenceMarkPlace>,
        limit: i64,
    ) -> Result<Vec<SequenceMark>> {
        let shown = self.ask(("sequences", viewer, account, keys, limit))?;
        let mark = SequenceMark {
            id: SequenceId(SEQUENCE),
            account: AccountId(OWNER),
            camera: Some("GoPro Max".to_owned()),
            projection: Some(Projection::Equirectangular),
            date: "2025-07-14".to_owned(),
            captured: Some((at("2025-07-14T09:30:04Z"), at("2025-07-14T09:40:00Z"))),
            accuracy: Some(4.0),
            pixel_density: Some(16),
            lines: vec![vec![(LON, LAT), (LON + 0.001, LAT)]],
            hidden: true,
        };
        let crowd = |id| SequenceMark { id: SequenceId(id), camera: Some("Other".to_owned()), ..mark.clone() };
        let ids = if shown { self.window(SEQUENCE, after.map(|place| place.id.0), limit) } else { Vec::new() };
        Ok(ids.into_iter().map(|id| if id == SEQUENCE { mark.clone() } else { crowd(id) }).collect())
    }

    async fn picture_marks(
        &self,
        viewer: Viewer,
        account: Option<AccountId>,
        keys: RangeInclusive<i64>,
        after: Option<PicturePlace>,
        limit: i64,
    ) -> Result<Vec<PictureMark>> {
        let shown = self.ask(("pictures", viewer, account, keys, limit))?;
        let mark = PictureMark {
            id: PictureId(PICTURE),
            sequence: SequenceId(SEQUENCE),
            account: AccountId(OWNER),
            lon: LON,
            lat: LAT,
            captured_at: at("2025-07-14T09:30:04.987Z"),
            heading: Some(0.0),
            projection: Projection::Flat,
            camera: None,
            accuracy: None,
            pixel_density: None,
            hidden: false,
        };
        let crowd = |id| PictureMark { id: PictureId(id), projection: Projection::Equirectangular, ..mark.clone() };
        let ids = if shown { self.window(PICTURE, after.map(|place| place.id.0), limit) } else { Vec::new() };
        Ok(ids.into_iter().map(|id| if id == PICTURE { mark.clone() } else { crowd(id) }).collect())
    }

    async fn tagged(&self, ids: &[Uuid], key: &str, value: Option<&str>) -> Result<HashSet<Uuid>> {
        let known = key == "transport" && value.is_none_or(|value| value == "car");
        Ok(ids.iter().copied().filter(|id| known && *id == SEQUENCE).collect())
    }

    async fn covered(&self, viewer: Viewer, after: Option<i64>, _: i64) -> Result<Vec<i64>> {
        let cell = *Tile::at(COVERED_ZOOM, LON, LAT).keys().start();
        let shown = self.ask(("covered", viewer, None, cell..=cell + (quadkey::width(COVERED_ZOOM) - 1), 0))?;
        Ok(if shown && after.is_none_or(|after| after < cell) { vec![cell] } else { Vec::new() })
    }

    async fn kept_tile(&self, tile: Tile, held: Option<&str>) -> Result<Option<DrawnTile>> {
        let kept = self.kept.lock().expect("no test panics here").get(&(tile.z, tile.x, tile.y)).cloned();
        Ok(kept.map(|kept| DrawnTile { body: kept.body.filter(|_| held != Some(&kept.tag)), ..kept }))
    }

    async fn sight(&self) -> Result<Sight> {
        Ok(Sight::none())
    }

    async fn keep_tile(&self, tile: Tile, _: &Sight, tag: &str, body: &[u8], drawn_at: Timestamp) -> Result<()> {
        if self.busy {
            std::future::pending::<()>().await;
        }
        let (tag, body) = (tag.to_owned(), Some(body.to_vec()));
        let kept = DrawnTile { tag, body, drawn_at, touched: false, taken: false };
        self.kept.lock().expect("no test panics here").insert((tile.z, tile.x, tile.y), kept);
        Ok(())
    }
}

/// What the map says of itself.
pub fn about() -> About {
    About {
        name: "Ada & Bob".to_owned(),
        description: "Streets".to_owned(),
        license: "CC-BY-4.0".to_owned(),
        license_url: "https://example.org/by".to_owned(),
    }
}

pub fn app(fake: &Arc<Fake>) -> Router {
    router(fake.clone(), Arc::new(SystemClock), about()).split_for_parts().0
}

pub async fn get(app: &Router, path: &str) -> Response<Body> {
    send(app, path, Viewer::Anonymous, None).await
}

pub async fn send(app: &Router, path: &str, viewer: Viewer, none_match: Option<&str>) -> Response<Body> {
    let mut request = Request::get(path);
    if let Some(tags) = none_match {
        request = request.header(header::IF_NONE_MATCH, tags);
    }
    let mut request = request.body(Body::empty()).expect("a request");
    request.extensions_mut().insert(viewer);
    request.extensions_mut().insert(PublicUrl("https://pictures.example".to_owned()));
    app.clone().oneshot(request).await.expect("no handler fails")
}

pub async fn bytes(response: Response<Body>) -> Vec<u8> {
    response.into_body().collect().await.expect("a body").to_bytes().to_vec()
}

pub async fn body(response: Response<Body>) -> Value {
    serde_json::from_slice(&bytes(response).await).expect("JSON")
}

/// Attributes by layer; each has one feature here.
pub fn layers(tile: &[u8]) -> BTreeMap<String, BTreeMap<String, String>> {
    let reader = MvtReaderRef::new(tile).expect("a tile");
    let layers = reader.layers().map(|layer| {
        let feature = layer.features().next().expect("a feature");
        let attributes = feature.properties_vec().expect("attributes").into_iter();
        (layer.name().to_owned(), attributes.map(|(key, value)| (key.to_owned(), format!("{value:?}"))).collect())
    });
    layers.collect()
}

pub fn path(tile: Tile) -> String {
    format!("/map/{}/{}/{}.mvt", tile.z, tile.x, tile.y)
}
