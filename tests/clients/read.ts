// Reads one profile with nothing but the generated types and fetch: what does not fit the document does not compile.
import type { operations, paths } from "./services.js";

declare const process: { argv: string[] };

type Read = operations["read_profile"];
type Profile = Read["responses"][200]["content"]["application/json"];
const profiles: keyof paths = "/v1/profiles/{profile_id}";

async function read(
  base: string,
  token: string,
  place: Read["parameters"]["path"],
  query: Read["parameters"]["query"],
): Promise<Profile> {
  const asked = new URLSearchParams({ purpose: query.purpose });
  const address = base + profiles.replace("{profile_id}", place.profile_id) + "?" + asked;
  const answer = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as Profile;
}

const [base, token, profile_id, purpose] = process.argv.slice(2) as [string, string, string, string];
const profile = await read(base, token, { profile_id }, { purpose });
console.log(JSON.stringify({ granted: profile.granted, city: profile.attributes["city"]?.value }));
