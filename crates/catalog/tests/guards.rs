//! What the schema itself refuses, whatever a version of the program says that knows nothing of it.

mod city;

use flaneur_catalog::{
    Pictures as _, Reports as _,
    model::{Issue, JobId, NewReport, PictureId, ReportId, ReportReceipt, Reported, WithholdRule},
};
use jiff::Timestamp;
use uuid::Uuid;

#[tokio::test]
async fn what_a_report_withholds_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.sqlite");
    let catalog = city::build(&path, 1).await;
    let id = PictureId(Uuid::from_u128((2 << 64) + 5));
    let show = async |audience: i64| {
        let mut connection = city::connect(&path).await;
        let shown = sqlx::query("UPDATE pictures SET audience = $2 WHERE id = $1").bind(id).bind(audience);
        shown.execute(&mut connection).await.map(|shown| shown.rows_affected()).map_err(|error| error.to_string())
    };
    assert_eq!(show(0).await, Ok(1));
    let new = NewReport {
        id: ReportId(Uuid::from_u128(1)),
        about: Reported::Picture(id),
        issue: Issue::Privacy,
        reporter: None,
        reporter_key: "somebody".to_owned(),
        email: None,
        comments: None,
        case_sha256: Vec::new(),
        at: Timestamp::UNIX_EPOCH,
        rule: WithholdRule { reporters: 1, anonymous: true },
    };
    let made = catalog.report(&new, &|| JobId(Uuid::from_u128(7))).await.unwrap();
    assert!(matches!(made, ReportReceipt::Made(report) if report.withholds));
    for audience in [0, 1] {
        let refused = show(audience).await.unwrap_err();
        assert!(refused.contains("a report withholds this picture"), "{refused}");
    }
    assert_eq!(show(2).await, Ok(1));
    assert!(catalog.picture(id).await.unwrap().unwrap().withheld);
}
