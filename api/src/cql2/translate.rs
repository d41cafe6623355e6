//! From CQL2 to the catalog's conditions.

use cql2::Expr;
use flaneur_catalog::model::{Comparison, Filter, Pattern, PatternPart, Region, Value};
use jiff::Timestamp;

use super::{Asked, Kind, Vocabulary};
use crate::{ApiError, ApiResult, stac::moment};

/// Most conditions, counting each value of a list.
const MOST_TERMS: usize = 200;

/// How the region of a geometry is made.
pub(super) type ToRegion<'f> = &'f dyn Fn(&serde_json::Value) -> ApiResult<Region>;

/// What an expression asks for.
pub(super) fn asked<P: Vocabulary>(expression: &Expr, region: ToRegion<'_>) -> ApiResult<Asked<P>> {
    let mut asked = Asked::default();
    let mut parts = Vec::new();
    for part in conjuncts(expression) {
        if let Some(geometry) = intersection::<P>(part)? {
            if asked.region.replace(region(&geometry)?).is_some() {
                return Err(ApiError::bad_request("`filter` may ask for one S_INTERSECTS"));
            }
        } else if let Some(with_gone) = legacy_status::<P>(part)? {
            asked.with_gone = with_gone;
        } else {
            parts.push(condition(part)?);
        }
    }
    let filter = if parts.len() == 1 { parts.pop() } else { Some(Filter::All(parts)) };
    asked.filter = filter.filter(|filter| !matches!(filter, Filter::All(parts) if parts.is_empty()));
    if asked.filter.as_ref().is_some_and(|filter| filter.terms() > MOST_TERMS) {
        return Err(ApiError::bad_request(format!("`filter` may have at most {MOST_TERMS} conditions and values")));
    }
    Ok(asked)
}

fn conjuncts(expression: &Expr) -> Vec<&Expr> {
    match expression {
        Expr::Operation { op, args } if op == "and" => args.iter().flat_map(|part| conjuncts(part)).collect(),
        other => vec![other],
    }
}

/// The geometry of `S_INTERSECTS(geometry, …)`.
fn intersection<P: Vocabulary>(expression: &Expr) -> ApiResult<Option<serde_json::Value>> {
    let Expr::Operation { op, args } = expression else { return Ok(None) };
    if op != "s_intersects" || !P::has_geometry() {
        return Ok(None);
    }
    let refuse = || ApiError::bad_request("S_INTERSECTS needs `geometry` and a geometry, such as POINT(2.35 48.85)");
    let [one, other] = args.as_slice() else { return Err(refuse()) };
    let ((Expr::Property { property }, shape) | (shape, Expr::Property { property })) = (&**one, &**other) else {
        return Err(refuse());
    };
    if property != "geometry" || !matches!(shape, Expr::Geometry(_) | Expr::BBox { .. }) {
        return Err(refuse());
    }
    if let Expr::BBox { bbox } = shape {
        let numbers: Vec<f64> = bbox.iter().filter_map(|part| number(part)).collect();
        let [west, south, east, north] = numbers[..] else { return Err(refuse()) };
        let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
        return Ok(Some(serde_json::json!({"type": "Polygon", "coordinates": [ring]})));
    }
    serde_json::to_value(shape).map(Some).map_err(|_| refuse())
}

fn number(expression: &Expr) -> Option<f64> {
    if let Expr::Float(number) = expression { Some(*number) } else { None }
}

/// Whether `status` asks for what is gone, too; none: it does not ask for the status.
fn legacy_status<P: Vocabulary>(expression: &Expr) -> ApiResult<Option<bool>> {
    let Expr::Operation { op, args } = expression else { return Ok(None) };
    let [first, second] = args.as_slice() else { return Ok(None) };
    if !P::tells_what_is_gone() || !matches!(&**first, Expr::Property { property } if property == "status") {
        return Ok(None);
    }
    let texts: Vec<&str> = match (op.as_str(), &**second) {
        ("=", Expr::Literal(text)) => vec![text],
        ("in", Expr::Array(all)) => {
            all.iter().map(|each| if let Expr::Literal(text) = &**each { text.as_str() } else { "" }).collect()
        }
        _ => Vec::new(),
    };
    let known = texts.iter().all(|text| matches!(*text, "ready" | "deleted"));
    if !known || !texts.contains(&"ready") {
        return Err(ApiError::bad_request(
            "`status` may be asked for as status IN ('deleted','ready') or status = 'ready'; better use `show_deleted=true`",
        ));
    }
    Ok(Some(texts.contains(&"deleted")))
}

fn condition<P: Vocabulary>(expression: &Expr) -> ApiResult<Filter<P>> {
    let (op, args) = match expression {
        Expr::Operation { op, args } => (op.as_str(), args),
        Expr::Bool(true) => return Ok(Filter::All(Vec::new())),
        Expr::Bool(false) => return Ok(Filter::Any(Vec::new())),
        _ => return Err(ApiError::bad_request("`filter` has to be a condition, such as created > '2024-05-01'")),
    };
    let all = || args.iter().map(|part| condition(part)).collect::<ApiResult<Vec<_>>>();
    match (op, args.as_slice()) {
        ("and", _) => Ok(Filter::All(all()?)),
        ("or", _) => Ok(Filter::Any(all()?)),
        ("not", [part]) => Ok(Filter::Not(Box::new(condition(part)?))),
        ("isNull", [part]) => Ok(Filter::Not(Box::new(Filter::Known(property(part)?.1)))),
        ("=" | "<>" | "<" | "<=" | ">" | ">=", [one, other]) => compare(op, one, other),
        ("in", [one, list]) => one_of(one, list),
        // As drafts of the standard had it.
        ("between", [one, bounds]) => match &**bounds {
            Expr::Array(bounds) if bounds.len() == 2 => {
                Ok(Filter::All(vec![compare(">=", one, &bounds[0])?, compare("<=", one, &bounds[1])?]))
            }
            _ => Err(ApiError::bad_request("`filter` needs two values behind BETWEEN")),
        },
        ("between", [one, low, high]) => Ok(Filter::All(vec![compare(">=", one, low)?, compare("<=", one, high)?])),
        ("like", [one, pattern]) => like(one, pattern),
        ("s_intersects", _) if P::has_geometry() => Err(ApiError::bad_request(
            "S_INTERSECTS may stand only once, joined with the rest by AND, and not within NOT or OR",
        )),
        _ => Err(ApiError::bad_request(format!(
            "`filter` knows no {}; there are AND, OR, NOT, =, <>, <, <=, >, >=, IN, BETWEEN, LIKE, IS NULL{}",
            shortened(op),
            if P::has_geometry() { " and S_INTERSECTS" } else { "" },
        ))),
    }
}

/// What a client wrote, as far as it fits into a sentence.
fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

fn property<P: Vocabulary>(expression: &Expr) -> ApiResult<(String, P, Kind)> {
    let Expr::Property { property: name } = expression else {
        return Err(ApiError::bad_request("`filter` has to compare a property with a value"));
    };
    let (property, kind) = P::named(name).ok_or_else(|| {
        let (name, of, names) = (shortened(name), P::OF, P::names());
        ApiError::bad_request(format!("`filter` knows no property {name} of {of}; there are {names}"))
    })?;
    Ok((shortened(name), property, kind))
}

/// A value, or the span of times that a day is.
enum Operand {
    One(Value),
    Day(Timestamp, Timestamp),
}

fn operand(name: &str, kind: Kind, expression: &Expr) -> ApiResult<Operand> {
    let refuse = |what: &str| ApiError::bad_request(format!("`filter` needs {what} to compare {name} with"));
    let one = |value| Ok(Operand::One(value));
    match (kind, expression) {
        (Kind::Text | Kind::Name(_) | Kind::Tag | Kind::Absent, Expr::Literal(text)) => one(Value::Text(text.clone())),
        (Kind::Tag, Expr::Float(number)) => one(Value::Text(number.to_string())),
        (Kind::Tag, Expr::Bool(truth)) => one(Value::Text(truth.to_string())),
        (Kind::Number | Kind::Absent, Expr::Float(number)) => one(Value::Number(*number)),
        (Kind::Account, Expr::Literal(text)) if text == "me" => one(Value::Text(text.clone())),
        (Kind::Id | Kind::Account, Expr::Literal(text)) => {
            one(Value::Id(text.trim().parse().map_err(|_| refuse("a UUID in single quotes"))?))
        }
        (Kind::Time, Expr::Literal(text)) => time(text).ok_or_else(|| refuse(A_TIME)),
        (Kind::Time, Expr::Timestamp { timestamp: text } | Expr::Date { date: text }) => match &**text {
            Expr::Literal(text) => time(text).ok_or_else(|| refuse(A_TIME)),
            _ => Err(refuse(A_TIME)),
        },
        (Kind::Text | Kind::Name(_) | Kind::Tag | Kind::Absent, _) => Err(refuse("text in single quotes")),
        (Kind::Number, _) => Err(refuse("a number")),
        (Kind::Id | Kind::Account, _) => Err(refuse("a UUID in single quotes")),
        (Kind::Time, _) => Err(refuse(A_TIME)),
        (Kind::Tags, _) => Err(ApiError::bad_request(
            "`semantics` can only be asked for as IS NOT NULL or IS NULL; a tag is \"semantics.KEY\"",
        )),
    }
}

const A_TIME: &str = "a time as in RFC 3339 or a day, such as TIMESTAMP('2024-05-01T12:00:00Z') or DATE('2024-05-01'),";

/// A time. Where older clients leave the offset out, it is UTC; where they write a space, it stands for T.
fn time(text: &str) -> Option<Operand> {
    let text = text.trim().replacen(' ', "T", 1);
    let (first, last) =
        moment(&text).or_else(|| moment(&format!("{text}:00"))).or_else(|| moment(&format!("{text}Z")))?;
    Some(if first == last { Operand::One(Value::Time(first)) } else { Operand::Day(first, last) })
}

fn compare<P: Vocabulary>(op: &str, one: &Expr, other: &Expr) -> ApiResult<Filter<P>> {
    // 5 < a is a > 5.
    let mirrored = matches!(other, Expr::Property { .. }) && !matches!(one, Expr::Property { .. });
    let (left, right) = if mirrored { (other, one) } else { (one, other) };
    let comparison = match (op, mirrored) {
        ("=", _) => Comparison::Equal,
        ("<>", _) => Comparison::Differs,
        ("<", false) | (">", true) => Comparison::Less,
        ("<=", false) | (">=", true) => Comparison::AtMost,
        (">", false) | ("<", true) => Comparison::Greater,
        _ => Comparison::AtLeast,
    };
    let (name, property, kind) = property::<P>(left)?;
    let with = |comparison, at| Filter::Compare(property.clone(), comparison, Value::Time(at));
    Ok(match (operand(&name, kind, right)?, comparison) {
        (Operand::One(value), _) => Filter::Compare(property, comparison, value),
        (Operand::Day(first, last), Comparison::Equal) => {
            Filter::All(vec![with(Comparison::AtLeast, first), with(Comparison::AtMost, last)])
        }
        (Operand::Day(first, last), Comparison::Differs) => {
            let day = vec![with(Comparison::AtLeast, first), with(Comparison::AtMost, last)];
            Filter::Not(Box::new(Filter::All(day)))
        }
        (Operand::Day(first, _), Comparison::Less | Comparison::AtLeast) => with(comparison, first),
        (Operand::Day(_, last), Comparison::AtMost | Comparison::Greater) => with(comparison, last),
    })
}

fn one_of<P: Vocabulary>(one: &Expr, list: &Expr) -> ApiResult<Filter<P>> {
    let (name, property, kind) = property::<P>(one)?;
    let Expr::Array(list) = list else {
        return Err(ApiError::bad_request(format!("`filter` needs a list of values behind {name} IN")));
    };
    let (mut values, mut days) = (Vec::new(), Vec::new());
    for each in list {
        match operand(&name, kind, each)? {
            Operand::One(value) => values.push(value),
            Operand::Day(..) => days.push(compare("=", one, each)?),
        }
    }
    if days.is_empty() {
        return Ok(Filter::OneOf(property, values));
    }
    days.push(Filter::OneOf(property, values));
    Ok(Filter::Any(days))
}

fn like<P: Vocabulary>(one: &Expr, pattern: &Expr) -> ApiResult<Filter<P>> {
    let (name, property, kind) = property::<P>(one)?;
    let Expr::Literal(text) = pattern else {
        return Err(ApiError::bad_request(format!("`filter` needs text in single quotes behind {name} LIKE")));
    };
    if !matches!(kind, Kind::Text | Kind::Name(_) | Kind::Tag | Kind::Absent) {
        return Err(ApiError::bad_request(format!("`filter` can't compare {name} by LIKE: it is no text")));
    }
    let mut parts: Vec<PatternPart> = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let literal = match letter {
            // Several at once say no more than one.
            '%' if parts.last() == Some(&PatternPart::Some) => continue,
            '%' => {
                parts.push(PatternPart::Some);
                continue;
            }
            '_' => {
                parts.push(PatternPart::One);
                continue;
            }
            // What is escaped is itself; at the end, the sign is.
            '\\' => letters.next().unwrap_or('\\'),
            other => other,
        };
        if let Some(PatternPart::Text(text)) = parts.last_mut() {
            text.push(literal);
        } else {
            parts.push(PatternPart::Text(literal.to_string()));
        }
    }
    Ok(Filter::Like(property, Pattern(parts)))
}
