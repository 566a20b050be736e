// A real OpenID Connect provider on loopback that logs in whoever the test says, without a page.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const redirectUris = process.argv.slice(2);
let who = { sub: "nobody", email: "nobody@example.org", email_verified: false };
const people = new Map();

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [{ client_id: "cdp", client_secret: "secret of the test /+%:", redirect_uris: redirectUris }],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "test" }] },
    cookies: { keys: ["test"] },
    claims: { openid: ["sub", "roles"], email: ["email", "email_verified"] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people.get(id) }) }),
    interactions: { url: (_, interaction) => `/auto/${interaction.uid}` },
  });
  provider.use(async (ctx, next) => {
    if (ctx.path === "/who") {
      who = Object.fromEntries(new URLSearchParams(ctx.querystring));
      const roles = who.roles ? who.roles.split(",") : undefined;
      people.set(who.sub, { email: who.email, email_verified: who.email_verified === "true", roles });
      ctx.body = "ok";
    } else if (ctx.path.startsWith("/auto/")) {
      const { prompt, params, session } = await provider.interactionDetails(ctx.req, ctx.res);
      let result = { login: { accountId: who.sub, remember: false } };
      if (prompt.name === "consent") {
        const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
        grant.addOIDCScope("openid email");
        result = { consent: { grantId: await grant.save() } };
      }
      await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
      ctx.respond = false;
    } else {
      await next();
    }
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
