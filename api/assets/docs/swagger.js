// Draws the OpenAPI description of this instance: operations by tag, with parameters, answers and a way to try them.

const METHODS = ["get", "post", "put", "patch", "delete"];
const LONGEST_SHOWN = 20000;

/** Makes an element; strings become text, never markup. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** What a `$ref` stands for, with the members of all parts of an `allOf`. */
function resolve(specification, schema) {
  let seen = 0;
  while (schema?.$ref && seen++ < 20) schema = specification.components?.schemas?.[schema.$ref.split("/").pop()];
  if (!schema?.allOf) return schema ?? {};
  const parts = schema.allOf.map((part) => resolve(specification, part));
  return { ...schema, properties: Object.assign({}, ...parts.map((part) => part.properties)) };
}

/** The type of a schema in a few words. */
function typeName(specification, schema) {
  if (!schema) return "";
  const words = resolve(specification, schema).enum;
  if (words) return words.map((word) => JSON.stringify(word)).join(" or ");
  if (schema.$ref) return schema.$ref.split("/").pop();
  const kinds = (schema.oneOf ?? schema.anyOf)?.filter((kind) => kind.type !== "null");
  if (kinds) return kinds.map((kind) => typeName(specification, kind)).join(" or ");
  const type = [schema.type ?? "any"].flat().filter((name) => name !== "null").join(" or ");
  if (type === "array") return `list of ${typeName(specification, schema.items) || "anything"}`;
  const member = schema.additionalProperties;
  if (typeof member === "object") return `${typeName(specification, member) || "anything"} by name`;
  return schema.format ? `${type} (${schema.format})` : type;
}

function table(head, rows) {
  if (rows.length === 0) return null;
  return make("table", {},
    make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)))),
    make("tbody", {}, ...rows.map((cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, cell))))));
}

function example(value) {
  return make("pre", {}, typeof value === "string" ? value : JSON.stringify(value, null, 1));
}

function parameters(specification, operation) {
  return table(["Parameter", "In", "Type", "Meaning"], (operation.parameters ?? []).map((parameter) => [
    make("code", {}, parameter.name + (parameter.required ? " *" : "")),
    parameter.in,
    typeName(specification, parameter.schema),
    parameter.description ?? "",
  ]));
}

function properties(specification, schema) {
  const resolved = resolve(specification, schema);
  return table(["Member", "Type", "Meaning"], Object.entries(resolved.properties ?? {}).map(([name, member]) => [
    make("code", {}, name), typeName(specification, member), member.description ?? "",
  ]));
}

function answers(specification, operation) {
  return Object.entries(operation.responses ?? {}).map(([status, response]) => {
    const parts = [make("h4", {}, `${status} ${response.description ?? ""}`)];
    for (const [mediaType, content] of Object.entries(response.content ?? {})) {
      const schema = resolve(specification, content.schema);
      parts.push(make("p", {}, make("code", {}, mediaType), " ", typeName(specification, content.schema)));
      if (content.example !== undefined) parts.push(example(content.example));
      else if (schema.properties) {
        parts.push(make("details", {}, make("summary", {}, "Members"), properties(specification, content.schema)));
      }
    }
    return make("section", {}, ...parts);
  });
}

/** The ways to say who asks, or that nobody need. */
function askers(specification, operation) {
  const schemes = specification.components?.securitySchemes ?? {};
  const ways = (operation.security ?? []).map((way) => Object.keys(way)).filter((names) => names.length > 0);
  if (ways.length === 0) return null;
  const optional = ways.length < operation.security.length ? "Nobody need sign in. Who does" : "Sign in. Who asks";
  const named = ways.map((names) => names.map((name) => schemes[name]?.scheme ?? schemes[name]?.name ?? name).join(" and "));
  return make("p", {}, `${optional} is said by: ${named.join(", or ")}`);
}

/** A form that sends the request and shows what comes back. Only for what changes nothing, and searches. */
function attempt(base, method, path, operation) {
  const harmless = method === "get" || path === "/search";
  if (!harmless) return null;
  const inputs = (operation.parameters ?? []).map((parameter) => ({
    parameter,
    input: make("input", {
      name: parameter.name,
      placeholder: String(parameter.example ?? parameter.schema?.default ?? ""),
    }),
  }));
  const content = operation.requestBody?.content?.["application/json"];
  const body = content ? make("textarea", { "aria-label": "Body" }) : null;
  if (body) body.value = JSON.stringify(content.example ?? {}, null, 1);
  const result = make("div", { "aria-live": "polite" });
  const form = make("form", {},
    ...inputs.map(({ parameter, input }) => make("p", {}, make("label", {}, `${parameter.name} `, input))),
    body,
    make("button", {}, "Try"),
    result);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let target = base + path;
    const query = new URLSearchParams();
    for (const { parameter, input } of inputs) {
      if (parameter.in === "path") {
        target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value || input.placeholder));
      } else if (input.value) query.append(parameter.name, input.value);
    }
    if (query.size > 0) target += `?${query}`;
    result.replaceChildren(make("p", {}, "Asking…"));
    try {
      const answer = await fetch(target, body
        ? { method: "POST", headers: { "content-type": "application/json" }, body: body.value }
        : {});
      const mediaType = answer.headers.get("content-type") ?? "";
      const shown = [make("p", {}, `${answer.status} ${answer.statusText} `, make("a", { href: target }, target))];
      if (mediaType.startsWith("image/")) {
        const blob = await answer.blob();
        shown.push(make("p", {}, `${mediaType}, ${blob.size} bytes`));
      } else {
        let text = await answer.text();
        if (mediaType.includes("json")) text = JSON.stringify(JSON.parse(text), null, 1);
        shown.push(example(text.slice(0, LONGEST_SHOWN)));
      }
      result.replaceChildren(...shown);
    } catch (error) {
      result.replaceChildren(make("p", {}, `It failed: ${error.message}`));
    }
  });
  return make("details", {}, make("summary", {}, "Try it"), form);
}

function draw(specification, base, method, path, operation) {
  const details = make("details", { id: operation.operationId ?? `${method}${path}` },
    make("summary", {},
      make("span", { class: "method" }, method.toUpperCase()),
      make("span", { class: "path" }, path),
      make("span", { class: "short" }, operation.summary ?? "")));
  // Filled when it is opened: most are not.
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1) return;
    const body = operation.requestBody?.content ?? {};
    const parts = [make("p", {}, operation.description ?? ""), askers(specification, operation)];
    parts.push(parameters(specification, operation));
    for (const [mediaType, content] of Object.entries(body)) {
      parts.push(make("h3", {}, `Body: ${mediaType}`), properties(specification, content.schema));
      if (content.example !== undefined) parts.push(example(content.example));
    }
    parts.push(make("h3", {}, "Answers"), ...answers(specification, operation));
    parts.push(attempt(base, method, path, operation));
    details.append(...parts.filter((part) => part !== null));
  });
  details.dataset.words = `${method} ${path} ${operation.summary ?? ""} ${operation.description ?? ""}`.toLowerCase();
  return details;
}

function drawAll(specification) {
  document.title = specification.info.title;
  document.getElementById("title").textContent = `${specification.info.title} ${specification.info.version ?? ""}`;
  document.getElementById("description").textContent = specification.info.description ?? "";
  const base = specification.servers?.[0]?.url ?? "";
  const groups = new Map();
  for (const [path, item] of Object.entries(specification.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const tag = item[method].tags?.[0] ?? "Other";
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(draw(specification, base, method, path, item[method]));
    }
  }
  const sections = [...groups].map(([tag, operations]) =>
    make("section", { id: `tag-${tag}` }, make("h2", {}, tag), ...operations));
  document.getElementById("tags").replaceChildren(
    ...[...groups.keys()].map((tag) => make("a", { href: `#tag-${tag}` }, tag)));
  document.getElementById("operations").replaceChildren(...sections);
  document.getElementById("find").addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    for (const section of sections) {
      const operations = [...section.querySelectorAll(":scope > details")];
      for (const operation of operations) operation.hidden = !operation.dataset.words.includes(wanted);
      section.hidden = operations.every((operation) => operation.hidden);
    }
  });
}

try {
  const answer = await fetch("/api/docs/specs.json");
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  drawAll(await answer.json());
} catch (error) {
  document.getElementById("operations").replaceChildren(
    make("p", {}, `The description can't be shown: ${error.message}`));
}
