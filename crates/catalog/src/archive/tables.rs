//! Every table of the catalog, column by column.

use super::{Column, Kind, Table};

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, nullable: false, read: name }
}

impl Column {
    const fn or_null(self) -> Self {
        Self { nullable: true, ..self }
    }

    const fn read_as(self, read: &'static str) -> Self {
        Self { read, ..self }
    }
}

const fn integer(name: &'static str) -> Column {
    column(name, Kind::Integer)
}

const fn real(name: &'static str) -> Column {
    column(name, Kind::Real)
}

const fn boolean(name: &'static str) -> Column {
    column(name, Kind::Boolean)
}

const fn text(name: &'static str) -> Column {
    column(name, Kind::Text)
}

const fn bytes(name: &'static str) -> Column {
    column(name, Kind::Bytes)
}

const fn uuid(name: &'static str) -> Column {
    column(name, Kind::Uuid)
}

const fn json(name: &'static str) -> Column {
    column(name, Kind::Json)
}

/// Tables that are not archived, with the reason.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("sessions", "whoever is signed in signs in again"),
    ("settings", "written down anew where it is restored, when a role starts there"),
    ("coverage_counts", "counted anew from the pictures"),
    ("coverage_tiles", "drawn anew for whoever asks"),
    ("coverage_touches", "of no meaning without the tiles"),
    ("sequence_tiles", "a view"),
    ("tags", "read anew from the lists of tags"),
    ("uploads", "what has not come as a whole is sent again"),
    ("upload_parts", "what has not come as a whole is sent again"),
    ("_sqlx_migrations", "each database keeps its own"),
];

/// Tables that are archived, each after those that its rows refer to.
pub const TABLES: &[Table] = &[
    Table {
        name: "accounts",
        key: &["id"],
        only: None,
        counter: None,
        columns: &[
            uuid("id"),
            text("name"),
            text("name_key"),
            boolean("admin"),
            integer("created_at"),
            boolean("collaborative_metadata").or_null(),
            text("default_visibility").or_null(),
        ],
    },
    Table {
        name: "areas",
        key: &["id"],
        only: None,
        counter: None,
        columns: &[
            uuid("id"),
            uuid("account_id").or_null(),
            boolean("allowed"),
            boolean("is_public"),
            real("west"),
            real("south"),
            real("east"),
            real("north"),
            integer("positions"),
            integer("created_at"),
            text("label").or_null(),
            bytes("shape"),
        ],
    },
    Table {
        name: "area_sweeps",
        key: &["owner"],
        only: None,
        counter: None,
        columns: &[
            uuid("owner"),
            real("west"),
            real("south"),
            real("east"),
            real("north"),
            integer("after_quadkey"),
            uuid("after_id"),
        ],
    },
    Table {
        name: "tokens",
        key: &["id"],
        only: None,
        counter: None,
        columns: &[
            uuid("id"),
            uuid("account_id").or_null(),
            text("description"),
            integer("created_at"),
            integer("expires_at").or_null(),
            text("scopes").or_null(),
        ],
    },
    Table {
        name: "logins",
        key: &["issuer", "subject"],
        only: None,
        counter: None,
        columns: &[
            text("issuer"),
            text("subject"),
            uuid("account_id"),
            text("name"),
            integer("created_at"),
            integer("used_at"),
        ],
    },
    Table {
        name: "invites",
        key: &["code_sha256"],
        only: None,
        counter: None,
        columns: &[
            bytes("code_sha256"),
            text("name"),
            boolean("admin"),
            integer("created_at"),
            integer("expires_at"),
            integer("redeemed_at").or_null(),
        ],
    },
    Table {
        name: "secrets",
        key: &["name"],
        only: Some("name <> 'restoring'"),
        counter: None,
        columns: &[text("name"), bytes("value")],
    },
    Table {
        name: "upload_sets",
        key: &["id"],
        only: None,
        counter: None,
        columns: &[
            uuid("id"),
            uuid("account_id"),
            text("title"),
            integer("estimated_nb_files").or_null(),
            text("sort_method"),
            boolean("no_split"),
            real("split_distance").or_null(),
            real("split_time").or_null(),
            boolean("no_deduplication"),
            real("duplicate_distance").or_null(),
            real("duplicate_rotation").or_null(),
            real("relative_heading").or_null(),
            text("visibility"),
            text("user_agent").or_null(),
            integer("created_at"),
            integer("received"),
            boolean("completed"),
            boolean("dispatched"),
            boolean("deleted"),
            json("semantics"),
            json("metadata"),
            json("notices"),
        ],
    },
    Table {
        name: "sequences",
        key: &["id"],
        only: None,
        counter: None,
        columns: &[
            uuid("id"),
            uuid("account_id"),
            uuid("upload_set_id"),
            integer("place"),
            text("status"),
            text("visibility"),
            integer("created_at"),
            integer("updated_at"),
            integer("nb_pictures"),
            real("west").or_null(),
            real("south").or_null(),
            real("east").or_null(),
            real("north").or_null(),
            integer("first_captured_at").or_null(),
            integer("last_captured_at").or_null(),
            real("length_m"),
            text("capture_date").or_null(),
            text("projection").or_null(),
            real("field_of_view").or_null(),
            real("focal_length").or_null(),
            real("accuracy").or_null(),
            integer("pixel_density").or_null(),
            text("title"),
            boolean("title_edited"),
            text("sorted_by").or_null(),
            boolean("once_public"),
            text("user_agent").or_null(),
            json("camera").or_null(),
            json("semantics"),
            bytes("lines").or_null(),
            bytes("outline").or_null(),
        ],
    },
    Table {
        name: "sequence_cells",
        key: &["cell", "sequence_id"],
        only: None,
        counter: None,
        columns: &[integer("cell"), uuid("sequence_id")],
    },
    Table {
        name: "pictures",
        key: &["id"],
        only: None,
        counter: None,
        columns: &[
            uuid("id"),
            uuid("account_id"),
            uuid("upload_set_id"),
            uuid("sequence_id").or_null(),
            integer("rank").or_null(),
            text("status"),
            text("visibility"),
            integer("audience").or_null(),
            text("exclusion").or_null(),
            real("lon"),
            real("lat"),
            integer("quadkey"),
            real("altitude").or_null(),
            real("accuracy").or_null(),
            integer("captured_at"),
            text("captured_local"),
            real("heading").or_null(),
            boolean("heading_computed"),
            real("sensor_heading").or_null(),
            integer("metadata_revision"),
            integer("served_revision"),
            real("pitch").or_null(),
            real("roll").or_null(),
            real("yaw").or_null(),
            text("projection"),
            integer("width"),
            integer("height"),
            text("camera_make").or_null(),
            text("camera_model").or_null(),
            text("camera_artist").or_null(),
            real("focal_length").or_null(),
            real("field_of_view").or_null(),
            text("file_name"),
            text("content_md5"),
            text("content_sha256"),
            integer("size"),
            boolean("claimed_blurred"),
            text("original").or_null(),
            integer("created_at"),
            integer("updated_at"),
            integer("annotation_changes"),
            integer("edited"),
            json("semantics"),
            json("objects").or_null(),
            json("exif"),
            json("overrides"),
            json("detections").or_null(),
        ],
    },
    Table {
        name: "annotations",
        key: &["id"],
        only: None,
        counter: None,
        columns: &[
            uuid("id"),
            uuid("picture_id"),
            uuid("account_id"),
            integer("created_at"),
            json("shape"),
            json("semantics"),
        ],
    },
    Table {
        name: "edits",
        key: &["id"],
        only: None,
        counter: None,
        columns: &[
            uuid("id"),
            uuid("account_id"),
            integer("at"),
            uuid("undoes").or_null(),
            uuid("undone_by").or_null(),
            integer("changes"),
            json("operation"),
        ],
    },
    Table {
        name: "edit_changes",
        key: &["edit_id", "place"],
        only: None,
        counter: None,
        columns: &[
            uuid("edit_id"),
            integer("place"),
            uuid("picture_id").or_null(),
            uuid("annotation_id").or_null(),
            uuid("sequence_id").or_null(),
            json("was").or_null(),
            json("became").or_null(),
        ],
    },
    Table {
        name: "reports",
        key: &["id"],
        only: None,
        counter: None,
        columns: &[
            uuid("id"),
            uuid("picture_id").or_null(),
            uuid("sequence_id").or_null(),
            uuid("owner_id"),
            text("issue"),
            text("status"),
            uuid("reporter_id").or_null(),
            text("reporter_key"),
            text("reporter_email").or_null(),
            text("reporter_comments").or_null(),
            uuid("resolver_id").or_null(),
            text("resolver_role").or_null(),
            text("resolver_comments").or_null(),
            integer("opened_at"),
            integer("closed_at").or_null(),
            integer("updated_at"),
            bytes("case_sha256"),
        ],
    },
    Table {
        name: "report_events",
        key: &["report_id", "place"],
        only: None,
        counter: None,
        columns: &[
            uuid("report_id"),
            integer("place"),
            integer("at"),
            uuid("account_id").or_null(),
            text("role"),
            text("status"),
            boolean("withholds"),
            text("comments").or_null(),
        ],
    },
    Table {
        name: "withheld",
        key: &["picture_id", "report_id"],
        only: None,
        counter: None,
        columns: &[uuid("picture_id"), uuid("report_id")],
    },
    Table {
        name: "redactions",
        key: &["id"],
        only: None,
        counter: None,
        columns: &[
            uuid("id"),
            uuid("picture_id"),
            text("origin"),
            text("class"),
            text("state"),
            integer("regions"),
            uuid("asked_by").or_null(),
            integer("asked_at"),
            text("request").or_null(),
            integer("settled_at").or_null(),
            text("message").or_null(),
            text("undo_state").or_null(),
            uuid("undo_by").or_null(),
            integer("undo_at").or_null(),
            text("undo_reason").or_null(),
            text("undo_request").or_null(),
            text("undo_answer").or_null(),
            json("outlines"),
        ],
    },
    Table {
        name: "superseded",
        key: &["picture_id", "key"],
        only: None,
        counter: None,
        columns: &[uuid("picture_id"), text("key")],
    },
    Table {
        name: "patches",
        key: &["key"],
        only: None,
        counter: None,
        columns: &[text("key"), uuid("picture_id"), integer("created_at"), integer("size"), json("covers")],
    },
    Table {
        name: "files",
        key: &["id"],
        only: None,
        counter: Some("id"),
        columns: &[
            integer("id"),
            uuid("upload_set_id"),
            text("file_name"),
            uuid("picture_id").or_null(),
            text("content_md5").or_null(),
            integer("size").or_null(),
            integer("inserted_at"),
            json("rejection").or_null(),
            json("notices"),
        ],
    },
    // Whoever holds a job does not hold it in the copy: it is queued there, due at once.
    Table {
        name: "jobs",
        key: &["id"],
        only: None,
        counter: None,
        columns: &[
            uuid("id"),
            text("kind"),
            uuid("subject"),
            uuid("account_id").or_null(),
            text("status").read_as("CASE status WHEN 'leased' THEN 'queued' ELSE status END"),
            integer("turn"),
            integer("version"),
            integer("attempts"),
            uuid("token").or_null().read_as("CASE WHEN status = 'dead' THEN token END"),
            integer("asked_at"),
            integer("due_at").read_as("CASE status WHEN 'leased' THEN asked_at ELSE due_at END"),
            text("request").or_null(),
            text("reason").or_null(),
            integer("parked").or_null(),
        ],
    },
    // A change that has no number yet is later than all that have one.
    Table {
        name: "changes",
        key: &["number"],
        only: Some("number IS NOT NULL"),
        counter: None,
        columns: &[
            integer("number"),
            integer("at"),
            text("kind"),
            uuid("picture_id").or_null(),
            uuid("sequence_id").or_null(),
            uuid("account_id"),
        ],
    },
];
