use flaneur_catalog::model::{
    Comparison::{AtLeast, AtMost, Equal, Greater},
    Filter::{self, All, Any, Compare, Known, Like, Not, OneOf},
    Pattern,
    PatternPart::{One, Some as Several, Text},
    PictureProperty::{self, CapturedAt, FieldOfView, Id, Make, Tag, Tags},
    SequenceProperty, Value,
};
use serde_json::json;

use super::{Asked, Sent, Vocabulary, parse};
use crate::ApiResult;

fn read<P: Vocabulary>(text: &str) -> ApiResult<Asked<P>> {
    parse(Sent::Text(text), None, None)
}

fn of_pictures(text: &str) -> Filter<PictureProperty> {
    read(text).unwrap_or_else(|error| panic!("{text}: {error:?}")).filter.unwrap()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn tag(key: &str) -> PictureProperty {
    Tag(key.to_owned())
}

fn time(at: &str) -> Value {
    Value::Time(at.parse().unwrap())
}

#[test]
fn what_is_read() {
    let sign = "\"semantics.osm|traffic_sign\"";
    for (filter, expected) in [
        (format!("{sign} = 'it''s \"50%\"'"), Compare(tag("osm|traffic_sign"), Equal, text("it's \"50%\""))),
        (format!("{sign} IN ('a','b')"), OneOf(tag("osm|traffic_sign"), vec![text("a"), text("b")])),
        (format!("{sign} in ('a')"), OneOf(tag("osm|traffic_sign"), vec![text("a")])),
        ("\"semantics\" IS NOT NULL".to_owned(), Not(Box::new(Not(Box::new(Known(Tags)))))),
        ("semantics.a = 3".to_owned(), Compare(tag("a"), Equal, text("3"))),
        ("360 = field_of_view".to_owned(), Compare(FieldOfView, Equal, Value::Number(360.0))),
        ("90 < \"view:azimuth\"".to_owned(), Compare(PictureProperty::Heading, Greater, Value::Number(90.0))),
        ("properties.make = 'GoPro'".to_owned(), Compare(Make, Equal, text("GoPro"))),
        (
            "make LIKE '50\\%_a%%'".to_owned(),
            Like(Make, Pattern(vec![Text("50%".to_owned()), One, Text("a".to_owned()), Several])),
        ),
        (
            "field_of_view BETWEEN -1 AND 90".to_owned(),
            All(vec![
                Compare(FieldOfView, AtLeast, Value::Number(-1.0)),
                Compare(FieldOfView, AtMost, Value::Number(90.0)),
            ]),
        ),
        (
            "id = '00000000-0000-0000-0000-000000000007'".to_owned(),
            Compare(Id, Equal, Value::Id(uuid::Uuid::from_u128(7))),
        ),
        (
            "make = 'a' OR make = 'b' AND NOT make = 'c'".to_owned(),
            Any(vec![
                Compare(Make, Equal, text("a")),
                All(vec![Compare(Make, Equal, text("b")), Not(Box::new(Compare(Make, Equal, text("c"))))]),
            ]),
        ),
    ] {
        assert_eq!(of_pictures(&filter), expected, "{filter}");
    }
}

#[test]
fn times_in_every_writing() {
    let noon = Compare(CapturedAt, Greater, time("2024-05-01T12:00:00.5Z"));
    for at in [
        "TIMESTAMP('2024-05-01T12:00:00.5Z')",
        "'2024-05-01T14:00:00.500000+02:00'",
        "'2024-05-01 12:00:00.5+00:00'",
        "'2024-05-01 12:00:00.5+00'",
        "'2024-05-01T12:00:00.5'",
    ] {
        assert_eq!(of_pictures(&format!("datetime > {at}")), noon, "{at}");
    }
    let (begin, end) = (time("2024-05-01T00:00:00Z"), time("2024-05-01T23:59:59.999999Z"));
    for (filter, expected) in [
        ("datetime > DATE('2024-05-01')", Compare(CapturedAt, Greater, end.clone())),
        ("datetime >= '2024-05-01'", Compare(CapturedAt, AtLeast, begin.clone())),
        ("datetime = '2024-05-01'", All(vec![Compare(CapturedAt, AtLeast, begin), Compare(CapturedAt, AtMost, end)])),
    ] {
        assert_eq!(of_pictures(filter), expected, "{filter}");
    }
}

#[test]
fn text_and_json_say_the_same() {
    let as_json = json!({"op": "and", "args": [
        {"op": "=", "args": [{"property": "make"}, "it's"]},
        {"op": "or", "args": [
            {"op": "in", "args": [{"property": "semantics.a"}, ["x", "y"]]},
            {"op": "not", "args": [{"op": "isNull", "args": [{"property": "semantics.b"}]}]},
            {"op": ">", "args": [{"property": "datetime"}, {"timestamp": "2024-05-01T12:00:00Z"}]},
            {"op": "between", "args": [{"property": "field_of_view"}, 1, 2]},
            {"op": "like", "args": [{"property": "model"}, "a%"]},
        ]},
    ]});
    let as_text = "make = 'it''s' AND (semantics.a IN ('x','y') OR semantics.b IS NOT NULL
        OR datetime > TIMESTAMP('2024-05-01T12:00:00Z') OR field_of_view BETWEEN 1 AND 2 OR model LIKE 'a%')";
    let expected: Asked<PictureProperty> = read(as_text).unwrap();
    assert_eq!(parse(Sent::Json(&as_json), Some("cql2-json"), None).unwrap(), expected);
    assert_eq!(parse(Sent::Json(&as_json), None, None).unwrap(), expected);
    assert_eq!(parse(Sent::Text(&as_json.to_string()), Some("cql2-json"), None).unwrap(), expected);
}

#[test]
fn a_region_is_taken_out() {
    let asked: Asked<PictureProperty> =
        read("S_INTERSECTS(geometry, POLYGON((0 0, 4 0, 4 4, 0 4, 0 0))) AND make = 'a'").unwrap();
    assert!(asked.region.as_ref().unwrap().contains(1.0, 1.0) && !asked.region.unwrap().contains(5.0, 1.0));
    assert_eq!(asked.filter, Some(Compare(Make, Equal, text("a"))));
    let json =
        json!({"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": [1, 2]}]});
    let asked: Asked<PictureProperty> = parse(Sent::Json(&json), None, None).unwrap();
    assert!(asked.region.unwrap().contains(1.0, 2.0) && asked.filter.is_none());
    assert!(read::<PictureProperty>("S_INTERSECTS(geometry, BBOX(0, 0, 4, 4))").unwrap().region.is_some());
}

#[test]
fn what_older_harvesters_ask() {
    let asked: Asked<SequenceProperty> =
        read("status IN ('deleted','ready') AND updated > '2024-05-01T12:00:00+00:00'").unwrap();
    assert!(asked.with_gone);
    let updated = Compare(SequenceProperty::UpdatedAt, Greater, time("2024-05-01T12:00:00Z"));
    assert_eq!(asked.filter, Some(updated));
    let ready: Asked<SequenceProperty> = read("status = 'ready'").unwrap();
    assert_eq!(ready, Asked::default());
}

#[test]
fn what_is_refused_with_a_sentence() {
    let long = format!("make = '{}'", "x".repeat(5000));
    let many = format!("make IN ('{}')", "x','".repeat(300));
    for (filter, sentence) in [
        ("", "can't be read"),
        ("make", "has to be a condition"),
        ("make = ", "can't be read"),
        ("make = 'a", "can't be read"),
        ("foo = 1", "knows no property foo of pictures; there are id, collection, datetime"),
        ("semantics. = 'b'", "knows no property"),
        ("semantics = 'b'", "only be asked for as IS NOT NULL"),
        ("make = 1", "needs text"),
        ("field_of_view = 'a'", "needs a number"),
        ("datetime > 'tomorrow'", "needs a time"),
        ("datetime > DATE('2024-02-31')", "needs a time"),
        ("id = 'x'", "needs a UUID"),
        ("id > 7", "needs a UUID"),
        ("make = model", "needs text"),
        ("field_of_view + 1 = 2", "compare a property"),
        ("casei(make) = 'a'", "compare a property"),
        ("f(make)", "knows no f; there are AND"),
        ("field_of_view LIKE 'a'", "it is no text"),
        ("NOT S_INTERSECTS(geometry, POINT(1 2))", "not within NOT or OR"),
        ("S_INTERSECTS(geometry, POINT(1 200))", "GeoJSON geometry"),
        ("S_INTERSECTS(make, POINT(1 2))", "needs `geometry`"),
        ("status = 'ready'", "knows no property status"),
        (&long, "too long"),
        (&many, "at most 200 conditions"),
    ] {
        let refusal = read::<PictureProperty>(filter).unwrap_err();
        assert!(refusal.message().contains(sentence), "{filter}: {}", refusal.message());
    }
    let of_sequences = read::<SequenceProperty>("status = 'hidden'").unwrap_err();
    assert!(of_sequences.message().contains("show_deleted"));
    for (language, crs) in [(Some("sql"), None), (None, Some("http://www.opengis.net/def/crs/EPSG/0/4326"))] {
        assert!(parse::<PictureProperty>(Sent::Text("make = 'a'"), language, crs).is_err());
    }
}
