// The public audits of GraphQL over HTTP.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serverAudits } from "graphql-http";
import { url } from "./service.mjs";

const audits = serverAudits({ url, fetchFn: fetch });

test("there are audits", () => {
  assert.ok(audits.length > 50, `${audits.length} audits`);
});

for (const audit of audits) {
  test(`${audit.id} ${audit.name}`, async (t) => {
    const result = await audit.fn();
    // A "notice" is a MAY that the service does not take up; "warn" a SHOULD and
    // "error" a MUST that it breaks.
    if (result.status === "notice") {
      t.diagnostic(`not taken up: ${result.reason}`);
      return;
    }
    assert.equal(result.status, "ok", result.reason);
  });
}
