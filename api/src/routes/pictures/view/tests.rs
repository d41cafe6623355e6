use flaneur_catalog::model::JobId;

use super::*;
use crate::testing::{Recipe, fixture, link, pixels};
use flaneur_access::Visibility;

fn read(query: &[(&str, &str)]) -> ApiResult<Camera> {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let parameters: Query<ViewParameters> =
        axum_extra::extract::Query::try_from_uri(&format!("/view.jpg?{query}").parse().unwrap())
            .map(|query| Query(query.0))
            .unwrap();
    parameters.0.read()
}

#[test]
fn parameters_are_read_and_have_defaults() {
    let ahead = read(&[]).unwrap().of(None).unwrap();
    let expected =
        PerspectiveView { yaw_deg: 0.0, pitch_deg: 0.0, roll_deg: 0.0, fov_deg: 90.0, width: 1024, height: 768 };
    assert_eq!(ahead, expected);
    assert_eq!(name(&ahead), "view_0_0_0_90_1024x768");
    let all =
        [("yaw", "-45.126"), ("pitch", "-90"), ("roll", "180"), ("fov", "10"), ("width", "16"), ("height", "2048")];
    assert_eq!(name(&read(&all).unwrap().of(None).unwrap()), "view_-45.13_-90_180_10_16x2048");
    // However it is written, the same view has the same name.
    for same in ["360", "-360", "0.001", "-0.004", " 0 ", "", "-0"] {
        assert_eq!(name(&read(&[("yaw", same)]).unwrap().of(None).unwrap()), "view_0_0_0_90_1024x768", "{same}");
    }
    for (heading, middle, yaw) in [("90", 90.0, 0), ("10", 350.0, 20), ("0", 180.0, -180), ("-10", 340.0, 10)] {
        let view = read(&[("heading", heading)]).unwrap().of(Some(middle)).unwrap();
        assert_eq!(name(&view), format!("view_{yaw}_0_0_90_1024x768"), "{heading} of {middle}");
    }
}

#[test]
fn each_wrong_parameter_has_its_sentence() {
    for (query, sentence) in [
        (&[("heading", "1"), ("yaw", "1")][..], "give one of them only"),
        (&[("heading", "north")], "`heading` has to be a number of degrees from -360 to 360"),
        (&[("yaw", "360.5")], "`yaw` has to be a number of degrees from -360 to 360"),
        (&[("yaw", "NaN")], "`yaw` has to be"),
        (&[("pitch", "91")], "`pitch` has to be a number of degrees from -90 to 90"),
        (&[("pitch", "inf")], "`pitch` has to be"),
        (&[("roll", "-181")], "`roll` has to be a number of degrees from -180 to 180"),
        (&[("fov", "9.9")], "`fov` has to be a number of degrees from 10 to 120"),
        (&[("fov", "121")], "`fov` has to be"),
        (&[("width", "15")], "`width` has to be a whole number of pixels from 16 to 2048"),
        (&[("width", "1e3")], "`width` has to be"),
        (&[("height", "2049")], "`height` has to be a whole number of pixels from 16 to 2048"),
        (&[("height", "-16")], "`height` has to be"),
    ] {
        let error = read(query).unwrap_err();
        assert_eq!(error.status(), StatusCode::BAD_REQUEST, "{query:?}");
        assert!(error.message().contains(sentence), "{query:?}: {}", error.message());
    }
    let nobody_knows = read(&[("heading", "1")]).unwrap().of(None).unwrap_err();
    assert_eq!(nobody_knows.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nobody_knows.message().contains("use `yaw`"));
}

#[tokio::test]
async fn a_view_is_a_file_like_others() {
    let fixture = fixture().await;
    let id = fixture.sequence().await.pictures[0];
    let path = format!("/pictures/{id}/view.jpg?yaw=100&pitch=-20&fov=60&width=80&height=48");
    let whole = fixture.get(&path).await;
    assert_eq!((whole.status, whole.header("content-type")), (200, "image/jpeg"));
    assert_eq!(whole.header("cache-control"), "no-cache");
    assert_eq!(whole.header("content-length"), whole.body.len().to_string());
    let shown = pixels(&whole.body);
    assert_eq!((shown.width, shown.height), (80, 48));

    let head = fixture.request("HEAD", &path).send().await;
    assert_eq!((head.status, head.body.len(), head.header("etag")), (200, 0, whole.header("etag")));
    let part = fixture.request("GET", &path).header("range", "bytes=2-5").send().await;
    assert_eq!((part.status, &part.body[..]), (206, &whole.body[2..6]));
    let again = fixture.request("GET", &path).header("if-none-match", whole.header("etag")).send().await;
    assert_eq!((again.status, again.body.len()), (304, 0));

    // The picture looks to 349 degrees.
    let to = |query: &str| format!("/pictures/{id}/view.jpg?width=80&height=48&fov=60&{query}");
    let east = fixture.get(&to("heading=89&pitch=-20")).await;
    assert_eq!((&east.body, east.header("etag")), (&whole.body, whole.header("etag")));
    for other in ["yaw=101&pitch=-20", "yaw=100&pitch=-20&roll=1", "yaw=100"] {
        let answer = fixture.get(&to(other)).await;
        assert_eq!(answer.status, 200, "{other}");
        assert_ne!(answer.header("etag"), whole.header("etag"), "{other}");
        assert_ne!(answer.body, whole.body, "{other}");
    }
}

#[tokio::test]
async fn what_has_no_views_says_why() {
    let fixture = fixture().await;
    let flat = fixture.sequence_with(Recipe::flat).await.pictures[0];
    let unknown_heading = fixture.sequence_with(|recipe| Recipe { heading: None, ..recipe }).await.pictures[0];
    let id = fixture.sequence().await.pictures[0];
    for (path, status, message) in [
        (format!("/pictures/{flat}/view.jpg"), 404, "this one is flat"),
        (format!("/pictures/{id}/view.jpg?fov=200"), 400, "`fov` has to be"),
        (format!("/pictures/{id}/view.jpg?yaw=1&yaw=2"), 400, "details"),
        (format!("/pictures/{unknown_heading}/view.jpg?heading=0"), 422, "use `yaw`"),
    ] {
        let answer = fixture.get(&path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert!(answer.text().contains(message), "{path}: {}", answer.text());
    }
    let by_yaw = fixture.get(&format!("/pictures/{unknown_heading}/view.jpg?yaw=0&width=16&height=16")).await;
    assert_eq!(by_yaw.status, 200);
}

#[tokio::test]
async fn the_item_leads_to_it() {
    let fixture = fixture().await;
    let id = fixture.sequence().await.pictures[0];
    let item = fixture.get(&format!("/pictures/{id}")).await.json();
    let address = link(&item, "flaneur:view").unwrap();
    let template = item["links"].as_array().unwrap().iter().find_map(|link| link["uriTemplate"].as_str()).unwrap();
    assert_eq!(template, format!("{address}{{?heading,yaw,pitch,roll,fov,width,height}}"));
    assert_eq!(fixture.get(&address).await.status, 200);
    let flat = fixture.sequence_with(Recipe::flat).await.pictures[0];
    assert_eq!(link(&fixture.get(&format!("/pictures/{flat}")).await.json(), "flaneur:view"), None);
}

#[tokio::test]
async fn what_was_made_is_shown_to_nobody_who_may_not_see_it() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let (hidden, deleted) = (sequence.pictures[0], sequence.pictures[1]);
    let paths = |id| [format!("/pictures/{id}/tiled/0_0.jpg"), format!("/pictures/{id}/view.jpg?width=32&height=32")];
    let mut tags = Vec::new();
    for path in paths(hidden).iter().chain(&paths(deleted)) {
        let answer = fixture.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        tags.push(answer.header("etag").to_owned());
    }
    let catalog = &fixture.api.catalog;
    let (job, now) = (|| JobId(fixture.api.world.id()), fixture.api.world.now());
    assert!(catalog.show_picture_to(hidden, Visibility::OwnerOnly, job(), now).await.unwrap());
    assert!(catalog.delete_picture(deleted, [job(), job()], now).await.unwrap());
    for (path, tag) in paths(hidden).iter().chain(&paths(deleted)).zip(&tags) {
        for viewer in [None, Some(&fixture.other)] {
            let answer = fixture.request("GET", path).of(viewer).send().await;
            assert_eq!(answer.status, 404, "{path}");
            let held = fixture.request("GET", path).of(viewer).header("if-none-match", tag).send().await;
            assert_eq!(held.status, 404, "{path}");
        }
    }
    for path in paths(hidden) {
        let own = fixture.request("GET", &path).of(Some(&fixture.owner)).send().await;
        assert_eq!((own.status, own.header("cache-control")), (200, "private, no-cache"), "{path}");
    }
    for path in paths(deleted) {
        assert_eq!(fixture.request("GET", &path).of(Some(&fixture.owner)).send().await.status, 404, "{path}");
    }
}
