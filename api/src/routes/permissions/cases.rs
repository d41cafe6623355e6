//! What is asked of each route.

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Concerns {
    /// A picture or sequence, which not everybody may see.
    Picture,
    /// Something else of the owner's.
    Own,
    /// Neither.
    Nothing,
}

/// When an answer is a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Yes {
    /// When it is a success.
    IfDone,
    /// When what is asked about is on the list that comes.
    IfListed,
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Body {
    None,
    /// JSON, with `{name}` for identifiers.
    Json(&'static str),
    /// Lines of JSON, with the same.
    Lines(&'static str),
    /// A page.
    Html,
    /// A form with a photo.
    File,
    /// Headers that begin an upload in pieces.
    Begin,
    /// A piece of one.
    Piece,
    /// The same, for clients that know no PATCH.
    PieceInDisguise,
    /// Only the version of that protocol.
    Tus,
}

/// A request.
pub(super) struct Case {
    pub(super) concerns: Concerns,
    pub(super) method: &'static str,
    /// With `{name}` for identifiers.
    pub(super) path: &'static str,
    /// Of several requests to one route, which.
    what: &'static str,
    pub(super) body: Body,
    pub(super) yes: Yes,
    /// Whether nobody at all may change something by it.
    pub(super) is_for_everybody: bool,
}

impl Case {
    pub(super) fn only_reads(&self) -> bool {
        matches!(self.method, "GET" | "HEAD" | "OPTIONS") || self.path.starts_with("/search")
    }

    /// How the table calls it.
    pub(super) fn name(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        let what = if self.what.is_empty() { String::new() } else { format!(" ({})", self.what) };
        format!("`{} {path}`{what}", self.method)
    }
}

const fn case(concerns: Concerns, method: &'static str, path: &'static str, what: &'static str, body: Body) -> Case {
    Case { concerns, method, path, what, body, yes: Yes::IfDone, is_for_everybody: false }
}

/// Of a picture or sequence.
const fn of(method: &'static str, path: &'static str, what: &'static str, body: Body) -> Case {
    case(Concerns::Picture, method, path, what, body)
}

const fn see(path: &'static str) -> Case {
    of("GET", path, "", Body::None)
}

const fn list(path: &'static str) -> Case {
    Case { yes: Yes::IfListed, ..see(path) }
}

/// Of something else of the owner's.
const fn own(method: &'static str, path: &'static str, body: Body) -> Case {
    case(Concerns::Own, method, path, "", body)
}

const fn any(method: &'static str, path: &'static str, body: Body) -> Case {
    case(Concerns::Nothing, method, path, "", body)
}

/// What nobody at all may do, too.
const fn open(method: &'static str, path: &'static str, body: Body) -> Case {
    Case { is_for_everybody: true, ..any(method, path, body) }
}

const TRANSFER: &str =
    r#"{"collection_location":"https://other.example/api/collections/0191f0a0-7c3e-4a51-9d3a-6d2f6f0c2b11"}"#;
const TAG: &str = r#"{"semantics":[{"key":"c","value":"d"}]}"#;
const HEADING: &str = r#"{"heading":7}"#;
const HIDE: &str = r#"{"visibility":"owner-only"}"#;
const MARK: &str = r#"{"shape":[2,2,8,8],"semantics":[{"key":"c","value":"d"}]}"#;
const AREA: &str = r#"{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[19,9],[20,9],[20,10],[19,10],[19,9]]]}}"#;

pub(super) const CASES: &[Case] = &[
    see("/pictures/{picture}"),
    see("/collections/{sequence}/items/{picture}"),
    see("/pictures/{picture}/hd.jpg"),
    see("/pictures/{picture}/sd.jpg"),
    see("/pictures/{picture}/thumb.jpg"),
    see("/pictures/{picture}/tiled/{tile}"),
    see("/pictures/{picture}/view.jpg?width=32&height=32"),
    see("/pictures/{picture}/edits"),
    see("/pictures/{picture}/redactions"),
    see("/collections/{sequence}"),
    see("/collections/{sequence}/items"),
    see("/collections/{sequence}/thumb.jpg"),
    see("/collections/{sequence}/geovisio_status"),
    see("/collections/{sequence}/edits"),
    see("/collections/{sequence}/queryables"),
    see("/annotations/{annotation}"),
    see("/collections/{sequence}/items/{picture}/annotations/{annotation}"),
    see("/edits/{edit}"),
    list("/collections"),
    list("/search?ids={picture}"),
    Case { yes: Yes::IfListed, ..of("POST", "/search", "", Body::Json(r#"{"ids":["{picture}"]}"#)) },
    list("/users/{owner}/collection"),
    list("/users/{owner}/catalog"),
    of("PATCH", "/pictures/{picture}", "tags", Body::Json(TAG)),
    of("PATCH", "/pictures/{picture}", "corrections", Body::Json(HEADING)),
    of("PATCH", "/pictures/{picture}", "visibility", Body::Json(HIDE)),
    of("PATCH", "/collections/{sequence}/items/{picture}", "tags", Body::Json(TAG)),
    of("PATCH", "/collections/{sequence}/items/{picture}", "corrections", Body::Json(HEADING)),
    of("PATCH", "/collections/{sequence}/items/{picture}", "visibility", Body::Json(HIDE)),
    of("PATCH", "/collections/{sequence}", "tags", Body::Json(TAG)),
    of("PATCH", "/collections/{sequence}", "corrections", Body::Json(r#"{"relative_heading":90}"#)),
    of("PATCH", "/collections/{sequence}", "title", Body::Json(r#"{"title":"x"}"#)),
    of("PATCH", "/collections/{sequence}", "visibility", Body::Json(HIDE)),
    of("POST", "/pictures/{picture}/annotations", "", Body::Json(MARK)),
    of("POST", "/collections/{sequence}/items/{picture}/annotations", "", Body::Json(MARK)),
    of("PATCH", "/annotations/{annotation}", "", Body::Json(TAG)),
    of("PATCH", "/collections/{sequence}/items/{picture}/annotations/{annotation}", "", Body::Json(TAG)),
    of("DELETE", "/annotations/{annotation}", "", Body::None),
    of("DELETE", "/collections/{sequence}/items/{picture}/annotations/{annotation}", "", Body::None),
    of("POST", "/edits", "", Body::Json(r#"{"pictures":["{picture}"],"operation":{"turn":{"degrees":9}}}"#)),
    of("POST", "/edits/{edit}/undo", "", Body::None),
    of("POST", "/pictures/{picture}/redactions", "", Body::Json(r#"{"class":"face","regions":[{"box":[2,2,8,8]}]}"#)),
    of("POST", "/pictures/{picture}/redactions/{redaction}/undo", "", Body::Json(r#"{"reason":"a mural"}"#)),
    of("DELETE", "/collections/{sequence}/items/{picture}", "", Body::None),
    of("DELETE", "/collections/{sequence}", "", Body::None),
    Case {
        is_for_everybody: true,
        ..of("POST", "/reports", "", Body::Json(r#"{"issue":"mislocated","picture_id":"{picture}"}"#))
    },
    own("GET", "/reports/{report}", Body::None),
    own("PATCH", "/reports/{report}", Body::Json(r#"{"status":"waiting"}"#)),
    own("POST", "/collections/{own_sequence}/items", Body::File),
    own("GET", "/upload_sets/{open_set}", Body::None),
    own("PATCH", "/upload_sets/{open_set}", Body::Json(r#"{"sort_method":"filename-asc"}"#)),
    own("GET", "/upload_sets/{open_set}/files", Body::None),
    own("POST", "/upload_sets/{open_set}/files", Body::File),
    own("POST", "/upload_sets/{open_set}/complete", Body::None),
    own("DELETE", "/upload_sets/{open_set}", Body::None),
    own("GET", "/upload_sets/{open_set}/tus", Body::None),
    own("POST", "/upload_sets/{open_set}/tus", Body::Begin),
    own("OPTIONS", "/upload_sets/{open_set}/tus", Body::None),
    own("HEAD", "/upload_sets/{open_set}/tus/{upload}", Body::Tus),
    own("GET", "/upload_sets/{open_set}/tus/{upload}", Body::None),
    own("PATCH", "/upload_sets/{open_set}/tus/{upload}", Body::Piece),
    own("POST", "/upload_sets/{open_set}/tus/{upload}", Body::PieceInDisguise),
    own("DELETE", "/upload_sets/{open_set}/tus/{upload}", Body::Tus),
    own("OPTIONS", "/upload_sets/{open_set}/tus/{upload}", Body::None),
    own("GET", "/users/me/tokens/{token}", Body::None),
    own("DELETE", "/users/me/tokens/{token}", Body::None),
    own("DELETE", "/users/me/logins/{login}", Body::None),
    own("PUT", "/users/me/excluded_areas/{own_area}", Body::Json(AREA)),
    own("DELETE", "/users/me/excluded_areas/{own_area}", Body::None),
    any("GET", "/", Body::None),
    any("GET", "/live", Body::None),
    any("GET", "/conformance", Body::None),
    any("GET", "/configuration", Body::None),
    any("GET", "/queryables", Body::None),
    any("GET", "/collections/queryables", Body::None),
    any("GET", "/configuration/excluded_areas", Body::None),
    any("POST", "/configuration/excluded_areas", Body::Json(AREA)),
    any("PUT", "/configuration/excluded_areas", Body::Json(r#"{"type":"FeatureCollection","features":[]}"#)),
    any("PUT", "/configuration/excluded_areas/{area}", Body::Json(AREA)),
    any("DELETE", "/configuration/excluded_areas/{area}", Body::None),
    any("GET", "/reports", Body::None),
    any("POST", "/batch", Body::Lines(r#"{"picture":"{picture}","semantics":[{"key":"x","value":"y"}]}"#)),
    own("DELETE", "/batch/{run}", Body::None),
    any("GET", "/stats", Body::None),
    any("GET", "/jobs/stats", Body::None),
    any("GET", "/dataset", Body::None),
    any("GET", "/dataset/{part}", Body::None),
    any("GET", "/changes", Body::None),
    any("GET", "/changes/stream?lasts=0", Body::None),
    any("GET", "/admin/stats", Body::None),
    any("GET", "/admin/reports/stats", Body::None),
    any("GET", "/admin/reports/log", Body::None),
    any("GET", "/users", Body::None),
    any("GET", "/users/search?q=own", Body::None),
    any("GET", "/users/{owner}", Body::None),
    any("GET", "/users/{owner}/stats", Body::None),
    any("GET", "/users/me", Body::None),
    any("PATCH", "/users/me", Body::Json(r#"{"collaborative_metadata":null}"#)),
    any("DELETE", "/users/me?name={me}", Body::None),
    own("DELETE", "/users/{owner}?name=owner", Body::None),
    own("GET", "/users/{owner}/takeout", Body::None),
    own("GET", "/users/{owner}/transfers", Body::None),
    own("GET", "/transfers/{transfer}", Body::None),
    own("DELETE", "/transfers/{transfer}", Body::None),
    any("POST", "/transfers", Body::Json(TRANSFER)),
    any("GET", "/users/me/takeout", Body::None),
    any("GET", "/users/me/transfers", Body::None),
    any("GET", "/webhooks", Body::None),
    any("POST", "/webhooks", Body::Json(r#"{"url":"http://127.0.0.1:1/"}"#)),
    own("GET", "/webhooks/{webhook}", Body::None),
    own("POST", "/webhooks/{webhook}/resume", Body::None),
    own("POST", "/webhooks/{webhook}/test", Body::None),
    own("DELETE", "/webhooks/{webhook}", Body::None),
    any("GET", "/users/me/collection", Body::None),
    any("GET", "/users/me/catalog", Body::None),
    any("GET", "/users/me/edits", Body::None),
    any("GET", "/users/me/reports", Body::None),
    any("GET", "/users/me/upload_sets", Body::None),
    any("GET", "/users/me/excluded_areas", Body::None),
    any("POST", "/users/me/excluded_areas", Body::Json(AREA)),
    any("GET", "/users/me/tokens", Body::None),
    any("POST", "/users/me/tokens", Body::Json("{}")),
    any("GET", "/users/me/logins", Body::None),
    any("POST", "/users/me/logins", Body::Json(r#"{"provider":"osm"}"#)),
    any("GET", "/users/me/usage", Body::None),
    any("GET", "/users/me/mail", Body::None),
    any("PUT", "/users/me/mail", Body::Json(r#"{"address":"somebody@example.org"}"#)),
    any("DELETE", "/users/me/mail", Body::None),
    any("POST", "/users/me/accept_tos", Body::None),
    any("POST", "/users/me/tos_read", Body::None),
    any("GET", "/users/me/terms", Body::None),
    any("GET", "/pages/{page}", Body::None),
    any("GET", "/pages/{page}/{lang}", Body::None),
    any("PUT", "/pages/{page}/{lang}", Body::Html),
    any("POST", "/pages/{page}/{lang}", Body::Html),
    any("DELETE", "/pages/{page}/{lang}", Body::None),
    any("PUT", "/pages/{page}/publish-change", Body::None),
    any("POST", "/pages/{page}/publish-change", Body::None),
    any("POST", "/collections", Body::Json(r#"{"title":"x"}"#)),
    any("POST", "/upload_sets", Body::Json(r#"{"title":"x"}"#)),
    open("POST", "/auth/tokens/generate", Body::None),
    any("GET", "/auth/tokens/{unclaimed}", Body::None),
    any("GET", "/auth/tokens/{unclaimed}/claim", Body::None),
    any("POST", "/auth/tokens/{unclaimed}/claim", Body::None),
    any("GET", "/auth/login", Body::None),
    any("GET", "/auth/login/{provider}", Body::None),
    any("GET", "/auth/redirect?state=nothing", Body::None),
    any("GET", "/auth/logout", Body::None),
    any("GET", "/auth/signed-out?state=nothing", Body::None),
    open("POST", "/auth/session", Body::Json(r#"{"token":"{jwt}"}"#)),
    open("DELETE", "/auth/session", Body::None),
    open("POST", "/auth/invites/redeem", Body::Json(r#"{"code":"nothing"}"#)),
    open("POST", "/auth/mail/confirm", Body::Json(r#"{"key":"nothing"}"#)),
    open("POST", "/auth/mail/refuse", Body::Json(r#"{"key":"nothing"}"#)),
];
