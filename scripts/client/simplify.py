"""Says docs/openapi.json so that a generator of clients makes good types of it. Usage: simplify.py FROM TO

- A member that may be left out is not null beside: in Rust that is an `Option`, not an `Option<Option<…>>`. The server reads
  both the same, and writes no null there.
- A link is an object with whatever members besides those that it has for sure; the document says so with `allOf`.
- An object of which nothing is said may be anything: generators make a type without members of it, which loses them.
- Lines of JSON are bytes, which a client may read as they come, and not one document.
- An item is told whole: what `fields` leaves of one fits no type, so a client does not ask for that.
- A time is text, as it is in items: generators would want a library for it that nothing else here needs.
"""

import json
import sys


def nothing_said(schema):
    return isinstance(schema, dict) and schema.get("type") == "object" and schema.keys() <= {"type", "description"}


def without_null(schema):
    """The schema for what is not null."""
    kinds = schema.get("type")
    if isinstance(kinds, list) and "null" in kinds:
        kinds = [kind for kind in kinds if kind != "null"]
        schema = {**schema, "type": kinds[0] if len(kinds) == 1 else kinds}
    for word in ("oneOf", "anyOf"):
        others = [each for each in schema.get(word, []) if each != {"type": "null"}]
        if len(others) == 1 and len(schema[word]) == 2:
            rest = {key: value for key, value in schema.items() if key != word}
            schema = {**others[0], **rest}
    if "default" in schema and schema["default"] is None:
        schema = {key: value for key, value in schema.items() if key != "default"}
    return schema


def merged(schema):
    """An object out of `allOf`, if one part of it is free."""
    parts = schema.get("allOf", [])
    said = [part for part in parts if not nothing_said(part)]
    if len(parts) == 2 and len(said) == 1 and said[0].get("type") == "object":
        rest = {key: value for key, value in schema.items() if key != "allOf"}
        return {**said[0], **rest, "additionalProperties": True}
    return schema


def whole(schema):
    """What may be told in part, or whole: whole."""
    choices = schema.get("anyOf", [])
    if len(choices) == 2 and nothing_said(choices[1]):
        rest = {key: value for key, value in schema.items() if key != "anyOf"}
        return {**choices[0], **rest}
    return schema


def simplified(schema):
    if isinstance(schema, list):
        return [simplified(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    schema = merged(whole(schema))
    if schema.get("format") == "date-time":
        schema = {key: value for key, value in schema.items() if key != "format"}
    if nothing_said(schema.get("items")):
        schema = {**schema, "items": {}}
    return {key: part(key, value, schema) for key, value in schema.items()}


def part(key, value, schema):
    """A member of a schema, or of what is around schemas."""
    if key == "example":
        return value
    if key == "properties":
        # Their names may be words of schemas.
        needed = schema.get("required", [])
        return {name: simplified(each if name in needed else without_null(each)) for name, each in value.items()}
    return simplified(value)


def main(source, target):
    with open(source, encoding="utf-8") as file:
        document = simplified(json.load(file))
    document["components"]["schemas"]["SearchBody"]["properties"].pop("fields")
    for path in document["paths"].values():
        for operation in path.values():
            if "parameters" in operation:
                operation["parameters"] = [each for each in operation["parameters"] if each["name"] != "fields"]
            for response in operation["responses"].values():
                lines = response.get("content", {}).get("application/x-ndjson")
                if lines:
                    lines["schema"] = {"type": "string", "format": "binary"}
    with open(target, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=2)


if __name__ == "__main__":
    main(*sys.argv[1:])
