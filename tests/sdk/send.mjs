// Sends what the test expects with one unmodified SDK: node send.mjs <segment|rudder> <host> <write key>
import { Analytics } from "@segment/analytics-node";
import Rudder from "@rudderstack/rudder-sdk-node";

const [sdk, host, writeKey] = process.argv.slice(2);
const calls = [
  ["identify", { userId: "node-user", traits: { city: "Bergen", email: "node@example.org" } }],
  ["track", { userId: "node-user", event: "Order Completed", properties: { total: 12.5 } }],
  ["page", { userId: "node-user", name: "Home" }],
  ["group", { userId: "node-user", groupId: "g-1", traits: { name: "Buren" } }],
  ["alias", { userId: "node-user", previousId: "node-device" }],
];

if (sdk === "segment") {
  const analytics = new Analytics({ writeKey, host, maxRetries: 0 });
  analytics.on("error", (error) => { console.error(error.code); process.exitCode = 1; });
  for (const [call, message] of calls) analytics[call](message);
  await analytics.closeAndFlush({ timeout: 120000 });
} else {
  const Client = Rudder.default ?? Rudder;
  const client = new Client(writeKey, { dataPlaneUrl: host, flushAt: 100, gzip: true, axiosRetryConfig: { retries: 0 } });
  for (const [call, message] of calls) client[call](message);
  await new Promise((done, fail) => client.flush((error) => (error ? fail(error) : done())));
}
