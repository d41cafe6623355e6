//! What messengers and forums, which run no scripts, are told of the page that a link leads to.

use flaneur_e2e::{Client, Photo, Placement, Server, text};
use reqwest::Method;
use serde_json::json;

/// What a page says of itself under a name.
fn told(page: &str, name: &str) -> Option<String> {
    let tag = page.split("<meta ").find(|tag| tag.contains(&format!("\"{name}\"")))?;
    let content = tag.split_once("content=\"")?.1.split_once('"')?.0;
    Some(content.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

async fn page(client: &Client, target: &str) -> String {
    let answer = client.get(target).await.ok();
    String::from_utf8(answer.body).unwrap()
}

#[tokio::test]
async fn who_runs_no_scripts_is_told_what_a_link_leads_to() {
    let server = Server::start();
    let client = server.anonymous();
    let owner = server.admin();
    let files = vec![
        ("0.jpg".to_owned(), Photo::textured(2400, 1600, 0).at(Placement::walk(0))),
        ("1.jpg".to_owned(), Photo::textured(2048, 1024, 1).sphere_at(Placement::walk(1))),
    ];
    let title = "A <b>walk</b> & \"more\"";
    let state = owner.upload(title, files).await;
    let items = owner.items(&state).await;
    let (photo, panorama) = (text(&items[0], "/id"), text(&items[1], "/id"));
    let sequence = text(&items[0], "/collection");

    let of_photo = page(&client, &format!("/?pic={photo}")).await;
    let headline = told(&of_photo, "og:title").unwrap();
    assert!(headline.starts_with("Picture of 20") && headline.ends_with(" by admin"), "{headline}");
    assert_eq!(told(&of_photo, "og:url").unwrap(), format!("{}/?pic={photo}", server.url()));
    assert_eq!(told(&of_photo, "og:image:width").unwrap(), "2048");
    assert_eq!(told(&of_photo, "og:image:height").unwrap(), "1365");
    assert!(of_photo.contains("<div id=\"app\">"), "it is the page of the site");

    // What is cut out of a panorama lies in the direction that the link looks in.
    let of_panorama = page(&client, &format!("/?focus=pic&pic={panorama}&xyz=90.5/0/30")).await;
    assert!(told(&of_panorama, "og:title").unwrap().starts_with("360° panorama of "), "{of_panorama}");
    let image = told(&of_panorama, "og:image").unwrap();
    assert!(
        image.ends_with(&format!("/api/pictures/{panorama}/view.jpg?heading=90.5&width=1200&height=630")),
        "{image}"
    );

    let of_sequence = page(&client, &format!("/sequences/{sequence}")).await;
    assert_eq!(told(&of_sequence, "og:title").unwrap(), title);
    assert!(!of_sequence.contains("<b>"), "a title is no part of the page");
    assert!(told(&of_sequence, "og:description").unwrap().starts_with("2 pictures of 20"), "{of_sequence}");

    // Every picture that is told of is there, and is of the size that is told.
    for page in [&of_photo, &of_panorama, &of_sequence] {
        let image = told(page, "og:image").unwrap();
        let file = client.get(image.strip_prefix(server.url()).unwrap()).await.ok();
        let size = image::load_from_memory(&file.body).unwrap();
        let side = |name| told(page, name).unwrap().parse::<u32>().unwrap();
        assert_eq!((size.width(), size.height()), (side("og:image:width"), side("og:image:height")), "{image}");
    }

    let of_site = page(&client, "/").await;
    assert_eq!(told(&of_site, "og:title"), told(&of_site, "og:site_name"));
    assert_eq!(told(&of_site, "og:image"), None);
}

#[tokio::test]
async fn what_not_everybody_sees_is_not_told_of() {
    let server = Server::start();
    let owner = server.admin();
    let items = owner.upload_walk("Hidden", 0..2).await;
    let (id, sequence) = (text(&items[0], "/id"), text(&items[0], "/collection"));
    let target = format!("/api/collections/{sequence}");
    let before = page(&server.anonymous(), &format!("/?pic={id}")).await;
    assert!(told(&before, "og:image").is_some(), "{before}");

    owner.tell(Method::PATCH, &target, &json!({ "visibility": "owner-only" })).await.ok();
    let of_site = page(&server.anonymous(), "/").await;
    let nobody = "00000000-0000-7000-8000-000000000000";
    for link in [
        format!("/?pic={id}"),
        format!("/sequences/{sequence}"),
        format!("/?seq={sequence}"),
        format!("/?pic={nobody}"),
    ] {
        // Its owner is told no more: what was told once is passed on.
        for client in [server.anonymous(), server.admin()] {
            assert_eq!(page(&client, &link).await, of_site, "{link}");
        }
    }
}

#[tokio::test]
async fn pages_of_others_show_pictures_within_them_and_nothing_that_acts_for_somebody() {
    let server = Server::start();
    let client = server.anonymous();
    let items = server.admin().upload_walk("Shown elsewhere", 0..1).await;
    let (id, sequence) = (text(&items[0], "/id"), text(&items[0], "/collection"));

    let embedded = client.get(&format!("/embed?pic={id}&xyz=1/2/3")).await.ok();
    assert!(!embedded.headers.contains_key("x-frame-options"), "{:?}", embedded.headers);
    let policy = embedded.header("content-security-policy");
    assert!(!policy.contains("frame-ancestors") && policy.contains("form-action 'none'"), "{policy}");
    assert_eq!(
        told(&String::from_utf8(embedded.body).unwrap(), "og:url").unwrap(),
        format!("{}/?pic={id}", server.url())
    );

    let whole = [
        "/".to_owned(),
        format!("/?pic={id}"),
        format!("/?embed=1&pic={id}"),
        format!("/sequences/{sequence}"),
        "/upload".to_owned(),
        "/sign-in".to_owned(),
        "/account".to_owned(),
        "/invite".to_owned(),
        "/claim".to_owned(),
        "/data".to_owned(),
        "/reports".to_owned(),
        "/reports/x".to_owned(),
        "/pages".to_owned(),
        "/pages/x".to_owned(),
        // None of these is a page, but each could be answered with one.
        "/embed/x".to_owned(),
        "/embed.html".to_owned(),
        "/index.html".to_owned(),
        "/nowhere".to_owned(),
    ];
    for path in whole {
        let page = client.send(client.request(Method::GET, &path).header("accept", "text/html")).await;
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
    }
}
