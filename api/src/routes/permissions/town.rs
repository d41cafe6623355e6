//! What is asked about: a sequence of the owner's with everything that can hang on it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flaneur_access::Visibility;
use flaneur_catalog::model::{PageName, Person};
use flaneur_login::{OsmSettings, Provider};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::cases::{Body, Case};
use crate::{
    DatasetSettings,
    routes::upload_sets::tests::{create, photo},
    testing::{Answer, Fixture, FixtureBuilder, Recipe, Seeded, Who},
};

/// From whom the pictures are hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    /// Anyone sees them.
    Not,
    /// Whoever is signed in sees them.
    FromNobodies,
    /// Their owner hid them.
    ByOwner,
    /// Somebody reported them.
    ByReport,
}

impl Hidden {
    pub(super) const ALL: [Self; 4] = [Self::Not, Self::FromNobodies, Self::ByOwner, Self::ByReport];

    /// How the table calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Not => "anyone",
            Self::FromNobodies => "logged-only",
            Self::ByOwner => "owner-only",
            Self::ByReport => "reported",
        }
    }
}

/// An instance with everything in it that a route may ask for.
pub(super) struct Town {
    pub(super) fixture: Fixture,
    pub(super) sequence: Seeded,
    /// What stands in paths and bodies as `{name}`.
    names: Vec<(&'static str, String)>,
}

impl Town {
    pub(super) async fn build(hidden: Hidden) -> Self {
        let settings = OsmSettings {
            base: "http://127.0.0.1:9".to_owned(),
            client_id: "flaneur".to_owned(),
            client_secret: None,
            name: None,
        };
        let dataset = DatasetSettings { every: SignedDuration::from_hours(24), address: None };
        let fixture = FixtureBuilder::default()
            .settings(|settings| {
                settings.dataset = Some(dataset.clone());
                settings.webhook_hosts = vec!["127.0.0.1".to_owned()];
            })
            .login(Provider::osm(settings).unwrap())
            .build()
            .await;
        // There is a file whatever is asked about: of pictures that anybody may see.
        fixture.sequence_with(|recipe| Recipe { count: 1, ..recipe.at(10.0, 10.0) }).await;
        crate::dataset::round(&fixture.api, &dataset).await.unwrap();
        let part = fixture.api.catalog.dataset_parts().await.unwrap().remove(0).file;
        let visibility = if hidden == Hidden::ByReport { Visibility::Anyone } else { hidden.visibility() };
        let sequence = fixture.sequence_with(|recipe| Recipe { count: 1, ..recipe.visible_to(visibility) }).await;
        let mut town = Self { names: Vec::new(), sequence, fixture };
        let picture = town.sequence.pictures[0];
        for (name, id) in [
            ("picture", picture.to_string()),
            ("sequence", town.sequence.id.to_string()),
            ("set", town.sequence.upload_set.to_string()),
            ("owner", town.fixture.owner.account.id.to_string()),
            ("tile", "0_0.jpg".to_owned()),
            ("jwt", town.fixture.other.jwt.clone()),
            ("provider", "osm".to_owned()),
            ("page", "terms-of-service".to_owned()),
            ("lang", "en".to_owned()),
            ("part", part),
        ] {
            town.names.push((name, id));
        }
        town.hang_things_on().await;
        if hidden == Hidden::ByReport {
            let report = json!({ "issue": "privacy", "sequence_id": town.sequence.id });
            assert_eq!(town.post("/reports", Some(&town.fixture.admin), &report).await["flaneur:withheld"], true);
        }
        town
    }

    /// The same once more: what is done there changes nothing here.
    pub(super) async fn fork(&self) -> Self {
        Self { fixture: self.fixture.fork().await, sequence: self.sequence.clone(), names: self.names.clone() }
    }

    async fn hang_things_on(&mut self) {
        let picture = format!("/pictures/{}", self.sequence.pictures[0]);
        let owner = Some(&self.fixture.owner);
        let tags = json!([{ "key": "a", "value": "b" }]);
        let marked = json!({ "shape": [1, 1, 9, 9], "semantics": tags });
        let annotation = self.post(&format!("{picture}/annotations"), owner, &marked).await["id"].clone();
        let edits = self.fixture.request("GET", "/users/me/edits").of(owner).send().await.json();
        let region = json!({ "class": "plate", "regions": [{ "box": [1, 1, 9, 9] }] });
        let drawn = self.post(&format!("{picture}/redactions"), owner, &region).await;
        let report = json!({ "issue": "other", "picture_id": self.sequence.pictures[0] });
        let report = self.post("/reports", owner, &report).await["id"].clone();
        let ring = json!([[9, 9], [10, 9], [10, 10], [9, 10], [9, 9]]);
        let area =
            json!({ "type": "Feature", "properties": {}, "geometry": { "type": "Polygon", "coordinates": [ring] } });
        let own_area = self.area("/users/me/excluded_areas", owner, &area).await;
        let area = self.area("/configuration/excluded_areas", Some(&self.fixture.admin), &area).await;
        let token = self.post("/users/me/tokens", owner, &json!({ "description": "x" })).await["id"].clone();
        let person = Person { issuer: "https://id.example".into(), subject: "1".into(), name: "owner".into() };
        let (catalog, now) = (&self.fixture.api.catalog, self.fixture.api.world.now());
        catalog.link(&person, self.fixture.owner.account.id, now).await.unwrap();
        let logins = self.fixture.request("GET", "/users/me/logins").of(owner).send().await.json();
        catalog.write_page(PageName::Terms, "en", Some("x"), self.fixture.admin.account.id, now).await.unwrap();
        let elsewhere = format!("https://other.example/api/collections/{}", uuid::Uuid::from_u128(7));
        let transfer = json!({ "collection_location": elsewhere });
        let transfer = self.post("/transfers", owner, &transfer).await["id"].clone();
        // Where nobody is: it is tried, and does not answer.
        let webhook = self.post("/webhooks", owner, &json!({ "url": "http://127.0.0.1:1/" })).await["id"].clone();
        let run = uuid::Uuid::from_u128(9).to_string();
        let line = json!({ "picture": self.sequence.pictures[0], "semantics": [{ "key": "run", "value": "1" }] });
        let batch = self.fixture.request("POST", &format!("/batch?run={run}")).of(owner);
        batch.header("content-type", "application/x-ndjson").body(format!("{line}\n")).send().await;
        let unclaimed = self.post("/auth/tokens/generate", None, &json!({})).await["id"].clone();
        let set =
            create(&self.fixture, owner, json!({ "title": "walk", "visibility": "owner-only" })).await["id"].clone();
        let walk = json!({ "title": "walk", "visibility": "owner-only" });
        let own_sequence = self.post("/collections", owner, &walk).await["id"].clone();
        let begun = self
            .fixture
            .request("POST", &format!("/upload_sets/{}/tus", set.as_str().unwrap()))
            .of(owner)
            .header("tus-resumable", "1.0.0")
            .header("upload-length", &photo(1).len().to_string())
            .header("upload-metadata", &format!("filename {}", STANDARD.encode("a.jpg")))
            .send()
            .await;
        let upload = begun.header("location").rsplit('/').next().unwrap().to_owned();
        for (name, id) in [
            ("annotation", annotation),
            ("edit", edits["edits"][0]["id"].clone()),
            ("redaction", drawn["id"].clone()),
            ("report", report),
            ("own_area", own_area),
            ("area", area),
            ("token", token),
            ("login", logins[0]["id"].clone()),
            ("unclaimed", unclaimed),
            ("run", json!(run)),
            ("transfer", transfer),
            ("webhook", webhook),
            ("open_set", set),
            ("own_sequence", own_sequence),
            ("upload", Value::String(upload)),
        ] {
            let id = id.as_str().unwrap_or_else(|| panic!("there is no {name}"));
            self.names.push((name, id.to_owned()));
        }
    }

    async fn post(&self, path: &str, who: Option<&Who>, body: &Value) -> Value {
        let answer = self.fixture.request("POST", path).of(who).json(body).send().await;
        assert!(answer.status < 300, "{path}: {}", answer.text());
        answer.json()
    }

    /// Adds an area, and answers its identifier, which is on the list.
    async fn area(&self, path: &str, who: Option<&Who>, area: &Value) -> Value {
        self.post(path, who, area).await;
        let all = self.fixture.request("GET", &format!("{path}?all=true")).of(who).send().await.json();
        all["features"][0]["properties"]["id"].clone()
    }

    fn filled(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
    }

    pub(super) async fn ask(&self, case: &Case, who: Option<&Who>) -> Answer {
        let me = who.map_or("nobody", |who| who.account.name.as_str());
        let path = self.filled(case.path).replace("{me}", me);
        let request = self.fixture.request(case.method, &path).of(who);
        let request = match case.body {
            Body::None => request,
            Body::Json(body) => request.header("content-type", "application/json").body(self.filled(body)),
            Body::Lines(body) => request.header("content-type", "application/x-ndjson").body(self.filled(body)),
            Body::Html => request.header("content-type", "text/html").body("<p>Be kind.</p>".to_owned()),
            Body::File => {
                let mut form =
                    b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.jpg\"\r\n\r\n".to_vec();
                form.extend(photo(2));
                form.extend(b"\r\n--x--\r\n");
                request.header("content-type", "multipart/form-data; boundary=x").body(form)
            }
            Body::Begin => request
                .header("tus-resumable", "1.0.0")
                .header("upload-length", "100")
                .header("upload-metadata", &format!("filename {}", STANDARD.encode("c.jpg"))),
            Body::Piece | Body::PieceInDisguise => request
                .header("tus-resumable", "1.0.0")
                .header("x-http-method-override", "PATCH")
                .header("upload-offset", "0")
                .header("content-type", "application/offset+octet-stream")
                .body(photo(1)),
            Body::Tus => request.header("tus-resumable", "1.0.0"),
        };
        request.send().await
    }
}
