//! What programs that run no scripts are told of the page that a link leads to: title, text and picture, by the
//! [Open Graph protocol](https://ogp.me) and the names that Twitter gave them. Messengers and forums show them beside a link.

use std::{fmt::Write as _, sync::Arc};

use flaneur_access::Viewer;
use flaneur_api::{PublicUrl, Settings};
use flaneur_catalog::{
    Catalog,
    model::{Item, PictureId, Projection, Sequence, SequenceId, Shape},
};
use flaneur_tiler::escaped;
use http::Uri;
use uuid::Uuid;

/// Size of the view that is shown of a panorama, pixels: the shape that previews are usually cut to.
const VIEW: Shape = Shape { width: 1200, height: 630 };
/// Longest side of a picture's smaller copy, pixels.
const COPY: i64 = 2048;

/// Tells of what everybody may see.
#[derive(Clone)]
pub struct Previews {
    catalog: Arc<dyn Catalog>,
    settings: Arc<Settings>,
}

/// What a page is about.
struct Preview {
    title: String,
    text: String,
    address: String,
    image: Option<Image>,
}

struct Image {
    address: String,
    shape: Shape,
}

/// What an address of the site asks for.
#[derive(Debug, PartialEq)]
enum Asked {
    Picture(PictureId, Option<f64>),
    Sequence(SequenceId),
    Site,
}

impl Asked {
    /// Reads it as the site does; what stands behind `#` no server gets to see.
    fn of(uri: &Uri) -> Self {
        let query = uri.query().unwrap_or_default().as_bytes();
        let given =
            |name: &str| url::form_urlencoded::parse(query).find(|(key, _)| key == name).map(|(_, value)| value);
        let id = |text: &str| Uuid::try_parse(text).ok();
        if let Some(picture) = given("pic").and_then(|text| id(&text)) {
            let heading = given("xyz").and_then(|view| view.split('/').next()?.parse::<f64>().ok());
            return Self::Picture(PictureId(picture), heading.filter(|heading| (-360.0..=360.0).contains(heading)));
        }
        let in_path = uri.path().strip_prefix("/sequences/").and_then(|rest| id(rest.trim_end_matches('/')));
        in_path.or_else(|| id(&given("seq")?)).map_or(Self::Site, |sequence| Self::Sequence(SequenceId(sequence)))
    }
}

impl Previews {
    /// Of what is in this catalog.
    pub fn new(catalog: Arc<dyn Catalog>, settings: Arc<Settings>) -> Self {
        Self { catalog, settings }
    }

    /// The page with what is to be told of it in its head. What cannot be found, or not by everybody, is not told of.
    pub async fn tell(&self, page: &str, uri: &Uri, url: &PublicUrl) -> String {
        let found = self.preview(&Asked::of(uri), url).await.unwrap_or_else(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a page is told of without a look at the catalog"
            );
            None
        });
        let preview = found.unwrap_or_else(|| Preview {
            title: self.settings.name.clone(),
            text: self.settings.description.clone(),
            address: format!("{}/", url.0),
            image: None,
        });
        let (before, after) = page.split_once("</head>").unwrap_or((page, ""));
        format!("{before}{}</head>{after}", preview.tags(&self.settings.name))
    }

    async fn preview(&self, asked: &Asked, url: &PublicUrl) -> flaneur_catalog::Result<Option<Preview>> {
        Ok(match *asked {
            Asked::Picture(id, heading) => {
                let item = self.catalog.item(Viewer::Anonymous, id).await?;
                item.map(|item| self.of_picture(&item, heading, url))
            }
            Asked::Sequence(id) => match self.catalog.sequence(Viewer::Anonymous, id).await? {
                Some(sequence) => {
                    let first = self.catalog.sequence_items(Viewer::Anonymous, id, 0, 1).await?;
                    first.first().map(|first| self.of_sequence(&sequence, first, url))
                }
                None => None,
            },
            Asked::Site => None,
        })
    }

    fn of_picture(&self, item: &Item, heading: Option<f64>, url: &PublicUrl) -> Preview {
        let picture = &item.picture;
        let what = if picture.projection == Projection::Equirectangular { "360° panorama" } else { "Picture" };
        let day = picture.captured_local.get(..10).unwrap_or_default();
        Preview {
            title: format!("{what} of {day} by {}", credited(item)),
            text: format!(
                "{:.5}, {:.5} · {} · {}",
                picture.lat,
                picture.lon,
                self.settings.license.of(&picture.rights).id,
                self.settings.description
            ),
            address: format!("{}/?pic={}", url.0, picture.id),
            image: Some(image(item, heading, url)),
        }
    }

    fn of_sequence(&self, sequence: &Sequence, first: &Item, url: &PublicUrl) -> Preview {
        let pictures = sequence.summary.nb_pictures;
        let count = if pictures == 1 { "1 picture".to_owned() } else { format!("{pictures} pictures") };
        let day = first.picture.captured_local.get(..10).unwrap_or_default();
        Preview {
            title: sequence.title.clone(),
            text: format!("{count} of {day} by {} · {}", credited(first), self.settings.description),
            address: format!("{}/sequences/{}", url.0, sequence.id),
            image: Some(image(first, None, url)),
        }
    }
}

/// Whom to name.
fn credited(item: &Item) -> &str {
    item.picture.rights.attribution.as_deref().unwrap_or(&item.producer)
}

/// A picture as it is, or what one sees of a panorama, in this direction if one knows where north is.
fn image(item: &Item, heading: Option<f64>, url: &PublicUrl) -> Image {
    let picture = &item.picture;
    let file = |name: &str| url.api(format_args!("/pictures/{}/{name}", picture.id));
    let cut = picture.objects.as_ref().is_some_and(|objects| objects.tiles.is_some());
    if picture.projection == Projection::Equirectangular && cut {
        let towards = heading.filter(|_| picture.orientation.heading.is_some());
        let towards = towards.map(|heading| format!("heading={heading}&")).unwrap_or_default();
        let Shape { width, height } = VIEW;
        return Image { address: file(&format!("view.jpg?{towards}width={width}&height={height}")), shape: VIEW };
    }
    Image { address: file("sd.jpg"), shape: fitting(picture.shape) }
}

/// What a picture of this size measures in the smaller copy, pixels.
fn fitting(Shape { width, height }: Shape) -> Shape {
    let longest = width.max(height).max(1);
    if longest <= COPY {
        return Shape { width, height };
    }
    Shape { width: (width * COPY / longest).max(1), height: (height * COPY / longest).max(1) }
}

impl Preview {
    fn tags(&self, site: &str) -> String {
        let mut tags = String::new();
        let mut tag = |kind: &str, name: &str, content: &str| {
            let _ = write!(tags, "<meta {kind}=\"{name}\" content=\"{}\" />", escaped(content));
        };
        tag("name", "description", &self.text);
        tag("property", "og:type", "website");
        tag("property", "og:site_name", site);
        tag("property", "og:title", &self.title);
        tag("property", "og:description", &self.text);
        tag("property", "og:url", &self.address);
        let Some(Image { address, shape }) = &self.image else {
            return tags;
        };
        tag("property", "og:image", address);
        tag("property", "og:image:type", "image/jpeg");
        tag("property", "og:image:width", &shape.width.to_string());
        tag("property", "og:image:height", &shape.height.to_string());
        tag("property", "og:image:alt", &self.title);
        tag("name", "twitter:card", "summary_large_image");
        tags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01900000-0000-7000-8000-000000000001";

    fn asked(uri: &str) -> Asked {
        Asked::of(&uri.parse().unwrap())
    }

    #[test]
    fn links_of_this_site_and_of_panoramax_viewers_are_understood() {
        let picture = PictureId(ID.parse().unwrap());
        let sequence = SequenceId(ID.parse().unwrap());
        assert_eq!(asked(&format!("/?pic={ID}")), Asked::Picture(picture, None));
        assert_eq!(asked(&format!("/?focus=pic&xyz=81.5/-2/30&pic={ID}")), Asked::Picture(picture, Some(81.5)));
        assert_eq!(asked(&format!("/?pic={ID}&xyz=1e9/0/0")), Asked::Picture(picture, None));
        assert_eq!(asked(&format!("/?pic={ID}&xyz=NaN")), Asked::Picture(picture, None));
        assert_eq!(asked(&format!("/sequences/{ID}/")), Asked::Sequence(sequence));
        assert_eq!(asked(&format!("/?seq={ID}")), Asked::Sequence(sequence));
        for other in ["/", "/?pic=", "/?pic=no", "/sequences/", "/upload"] {
            assert_eq!(asked(other), Asked::Site, "{other}");
        }
    }

    #[test]
    fn nothing_in_a_name_ends_an_attribute() {
        let preview = Preview {
            title: "a \"b\" <script> & c".to_owned(),
            text: "it's".to_owned(),
            address: "https://x.example.org/?pic=1".to_owned(),
            image: None,
        };
        let tags = preview.tags("s");
        assert!(tags.contains("content=\"a &quot;b&quot; &lt;script&gt; &amp; c\""), "{tags}");
        assert!(!tags.contains("og:image"), "{tags}");
    }

    #[test]
    fn copies_keep_their_shape() {
        let shape = |width, height| Shape { width, height };
        assert_eq!(fitting(shape(4000, 3000)), shape(2048, 1536));
        assert_eq!(fitting(shape(1000, 3000)), shape(682, 2048));
        assert_eq!(fitting(shape(800, 600)), shape(800, 600));
    }
}
