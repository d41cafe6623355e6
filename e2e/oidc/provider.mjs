// Plays a place elsewhere with whose accounts people sign in, on 127.0.0.1: a provider of OpenID Connect, or as much of
// OpenStreetMap as signing in needs. Prints `listening on URL`, and ends when its standard input does.
//
// The environment has FLANEUR_OIDC: {"kind": "oidc" or "osm", "port", "client_id", "client_secret", "redirect_uris",
// "post_logout_redirect_uris"}.
// Without a port it takes a free one. Redirect URIs on 127.0.0.1 are met by any port, as RFC 8252 (7.3) has it for
// native applications: who starts the server under test learns its port only afterwards.
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const { kind, port = 0, client_id, client_secret, redirect_uris, post_logout_redirect_uris } = JSON.parse(process.env.FLANEUR_OIDC);

/** Names by what stands for them: everybody who gives a name is who has it. */
const names = new Map();

/** What stands for a name: not the name itself, and a number, as OpenStreetMap has it. */
function idOf(name) {
  const id = String(createHash("sha256").update(name).digest().readUInt32BE());
  names.set(id, name);
  return id;
}

/** Made anew at each start. */
function signingKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: "test", use: "sig", alg: "RS256" };
}

const KINDS = {
  oidc: { scopes: ["openid"], claims: { openid: ["sub"], profile: ["preferred_username"] } },
  osm: { scopes: ["read_prefs"], claims: {}, routes: { authorization: "/oauth2/authorize", token: "/oauth2/token" } },
};

function page(response, title, form) {
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" });
  response.end(`<!doctype html>
<html lang="en">
  <meta name="viewport" content="width=device-width">
  <link rel="icon" href="data:,">
  <title>${title}</title>
  <h1>${title}</h1>
  <form method="post">${form}
    <p><button name="answer" value="yes" data-testid="elsewhere-yes">Go on</button>
    <button name="answer" value="no" formnovalidate data-testid="elsewhere-no">Say no</button></p>
  </form>
</html>`);
}

/** Asks who somebody is, or, if that is known, whether it may be told. */
function ask(response, { prompt, session }) {
  if (prompt.name === "login") {
    const field = `<p><label>Account <input name="name" required autofocus data-testid="elsewhere-name"></label></p>`;
    page(response, "Who are you?", field);
  } else {
    page(response, "May they know who you are?", `<p data-testid="elsewhere-id">You are number ${session.accountId}.</p>`);
  }
}

/** Asks whether somebody wants to sign out here, too. `form` has what makes the answer theirs. */
function askToSignOut(context, form) {
  context.body = `<!doctype html>
<html lang="en">
  <meta name="viewport" content="width=device-width">
  <link rel="icon" href="data:,">
  <title>Sign out here, too?</title>
  <h1>Sign out here, too?</h1>${form}
  <p><button form="op.logoutForm" name="logout" value="yes" data-testid="elsewhere-sign-out">Sign out</button>
  <button form="op.logoutForm" data-testid="elsewhere-stay">Stay signed in</button></p>
</html>`;
}

async function answered(request) {
  let body = "";
  for await (const piece of request.setEncoding("utf8")) body += piece;
  return new URLSearchParams(body);
}

/** Takes what somebody answered. */
async function settle(provider, request, response, { prompt, params, session }) {
  const said = await answered(request);
  if (said.get("answer") !== "yes") {
    const result = { error: "access_denied", error_description: "The person said no" };
    return provider.interactionFinished(request, response, result);
  }
  const accountId = prompt.name === "login" ? idOf(said.get("name").trim()) : session.accountId;
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  return provider.interactionFinished(request, response, result);
}

/** Whose access token it is, as OpenStreetMap's API 0.6 tells. */
async function details(provider, request, response) {
  const value = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  const token = value && (await provider.AccessToken.find(value));
  if (!token?.isValid || !token.scopes.has("read_prefs")) {
    response.writeHead(401).end("Couldn't authenticate you");
    return;
  }
  const user = { id: Number(token.accountId), display_name: names.get(token.accountId) };
  response.writeHead(200, { "Content-Type": "application/json; charset=utf-8" });
  response.end(JSON.stringify({ version: "0.6", generator: "test", user }));
}

const server = createServer();
server.listen(port, "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${server.address().port}`;

const client = { client_id, client_secret, redirect_uris, post_logout_redirect_uris, application_type: "native", response_types: ["code"] };
const provider = new Provider(url, {
  ...KINDS[kind],
  clients: [{ ...client, grant_types: ["authorization_code"], token_endpoint_auth_method: "client_secret_basic" }],
  cookies: {
    keys: [randomBytes(32).toString("hex")],
    // Browsers give cookies to every port of a host: two of these must not take each other's.
    names: { session: `${kind}_session`, interaction: `${kind}_interaction`, resume: `${kind}_resume` },
  },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: kind === "oidc", logoutSource: askToSignOut },
  },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: names.get(id) }) }),
  interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
  jwks: { keys: [signingKey()] },
  pkce: { required: () => true },
});
provider.on("server_error", (_context, error) => console.error(error));

const rest = provider.callback();
server.on("request", async (request, response) => {
  const { pathname } = new URL(request.url, url);
  try {
    if (kind === "osm" && pathname === "/api/0.6/user/details.json") {
      await details(provider, request, response);
    } else if (pathname.startsWith("/interaction/")) {
      const interaction = await provider.interactionDetails(request, response);
      if (request.method === "POST") await settle(provider, request, response, interaction);
      else ask(response, interaction);
    } else {
      rest(request, response);
    }
  } catch (error) {
    console.error(error);
    response.writeHead(500).end(String(error));
  }
});

console.log(`listening on ${url}`);
process.stdin.resume().on("end", () => process.exit());
