//! An item with no more members than were asked for.

use std::sync::Arc;

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap},
};
use serde_json::{Map, Value};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, Ref, RefOr, Schema, schema::AnyOfBuilder},
};

use super::{Fields, Item, fields::Wanted};

/// An item, and what of it is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Selected {
    item: Item,
    /// None: all.
    fields: Option<Arc<Fields>>,
}

impl Selected {
    /// These items, each with those members.
    pub fn of(items: Vec<Item>, fields: Fields) -> Vec<Self> {
        let fields = (!fields.are_all()).then(|| Arc::new(fields));
        items.into_iter().map(|item| Self { item, fields: fields.clone() }).collect()
    }
}

impl Serialize for Selected {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { item, fields: Some(fields) } = self else { return self.item.serialize(serializer) };
        let mut members = Members { map: serializer.serialize_map(None)?, fields };
        members.tell("type", &item.kind)?;
        members.tell("stac_version", &item.stac_version)?;
        members.tell("stac_extensions", &item.stac_extensions)?;
        members.tell("id", &item.id)?;
        members.tell("collection", &item.collection)?;
        members.tell("geometry", &item.geometry)?;
        members.tell("bbox", &item.bbox)?;
        members.tell("providers", &item.providers)?;
        members.tell("properties", &item.properties)?;
        members.tell("links", &item.links)?;
        members.tell("assets", &item.assets)?;
        if let Some(templates) = &item.asset_templates {
            members.tell("asset_templates", templates)?;
        }
        members.map.end()
    }
}

/// Writes members as far as they are wanted. What is told whole is written as it is: no document is made of it first.
struct Members<'f, M> {
    map: M,
    fields: &'f Fields,
}

impl<M: SerializeMap> Members<'_, M> {
    fn tell(&mut self, name: &'static str, value: &impl Serialize) -> Result<(), M::Error> {
        match self.fields.wanted(name) {
            Wanted::All => self.map.serialize_entry(name, value),
            Wanted::None => Ok(()),
            Wanted::Some => match narrowed(self.fields, name, serde_json::to_value(value).map_err(M::Error::custom)?) {
                Some(part) => self.map.serialize_entry(name, &part),
                None => Ok(()),
            },
        }
    }
}

/// What is wanted of a value at a path, of which something is; none if nothing of that is there. Names lead into objects, not
/// into lists.
fn narrowed(fields: &Fields, path: &str, value: Value) -> Option<Value> {
    let Value::Object(members) = value else { return None };
    let mut kept = Map::new();
    for (name, value) in members {
        let path = format!("{path}.{name}");
        let part = match fields.wanted(&path) {
            Wanted::All => Some(value),
            Wanted::None => None,
            Wanted::Some => narrowed(fields, &path, value),
        };
        if let Some(part) = part {
            kept.insert(name, part);
        }
    }
    (!kept.is_empty()).then_some(Value::Object(kept))
}

impl PartialSchema for Selected {
    fn schema() -> RefOr<Schema> {
        let part = ObjectBuilder::new().description(Some("What `fields` asks for of an item"));
        AnyOfBuilder::new().item(Ref::from_schema_name(Item::name())).item(part).into()
    }
}

impl ToSchema for Selected {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Item::name().into_owned(), Item::schema()));
        Item::schemas(schemas);
    }
}
