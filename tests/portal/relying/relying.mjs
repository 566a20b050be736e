// An app on openid-client, a certified relying party: it says where it is, hears who it is, and tells what it got.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import * as oidc from "openid-client";

const heard = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const tell = (said) => console.log(JSON.stringify(said));
setTimeout(() => process.exit(1), 600_000).unref();
const insecure = { execute: [oidc.allowInsecureRequests] };

async function signing(key) {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  return { key: await crypto.subtle.importKey("jwk", key, algorithm, false, ["sign"]) };
}

async function discovered(issuer, app) {
  const ways = {
    client_secret_basic: () => oidc.ClientSecretBasic(app.secret),
    client_secret_post: () => oidc.ClientSecretPost(app.secret),
    private_key_jwt: async () => oidc.PrivateKeyJwt(await signing(app.key)),
  };
  return oidc.discovery(new URL(issuer), app.id, undefined, await ways[app.way](), insecure);
}

async function byItself({ issuer, app, isBound }) {
  const config = await discovered(issuer, app);
  const DPoP = isBound ? oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair()) : undefined;
  const given = await oidc.clientCredentialsGrant(config, { scope: "profiles:read" }, { DPoP });
  return { type: given.token_type, scope: given.scope };
}

async function withCustomer({ issuer, app, isBound, details, refreshes, api }) {
  const config = await discovered(issuer, app);
  const DPoP = isBound ? oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair()) : undefined;
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()];
  const asked = {
    redirect_uri: back,
    scope: "openid",
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    authorization_details: JSON.stringify(details),
  };
  tell({ go: (await oidc.buildAuthorizationUrlWithPAR(config, asked, { DPoP })).href });
  const came = await arrived();
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
  let given = await oidc.authorizationCodeGrant(config, came, checks, undefined, { DPoP });
  const claims = given.claims();
  const granted = given.authorization_details;
  for (let turn = 0; turn < refreshes; turn += 1) {
    given = await oidc.refreshTokenGrant(config, given.refresh_token, undefined, { DPoP });
  }
  const who = await oidc.fetchUserInfo(config, given.access_token, claims.sub, { DPoP });
  const address = new URL(`${api}/v1/profiles/${claims.sub}?purpose=${details[0].purpose}`);
  const read = await oidc.fetchProtectedResource(config, given.access_token, address, "GET", null, undefined, { DPoP });
  return { type: given.token_type, sub: claims.sub, who: who.sub, granted, status: read.status };
}

const waiting = [];
const arrived = () => new Promise((resolve) => waiting.push(resolve));
const server = createServer((request, response) => {
  response.setHeader("content-type", "text/html").end("<title>Terug</title><h1>Terug in de app</h1>");
  if (request.url.startsWith("/back")) waiting.shift()?.(new URL(request.url, back));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const back = `http://127.0.0.1:${server.address().port}/back`;
tell({ back });
for await (const line of heard) {
  const task = JSON.parse(line);
  try {
    tell(await (task.details ? withCustomer(task) : byItself(task)));
  } catch (error) {
    tell({ error: error.error ?? error.code ?? error.message, cause: String(error.cause?.message ?? "") });
  }
}
server.close();
