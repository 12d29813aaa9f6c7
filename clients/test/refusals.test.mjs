// Requests that are wrong get the codes of the catalogue.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  authorization,
  document,
  documentedVariables,
  managedPointId,
  send,
  tokens,
  url,
} from "./service.mjs";

const receptionPointId = await managedPointId();
const exception = documentedVariables("DeclareOpeningException").input;
const declare = document("DeclareOpeningException");
const points = document("ReceptionPoints");

/** A list of fields nested deeper than the service reads. */
const deep = (levels) =>
  levels === 0
    ? "name"
    : `receptionPoints(first: 1) { edges { node { commune { ${deep(levels - 1)} } } } }`;

const aliases = Array.from(
  { length: 31 },
  (_, i) => `a${i}: serviceCatalogue { levels { level } }`,
);

// Each row: what is wrong, the request, the code.
const rows = [
  ["no document", ["", {}], "BAD_REQUEST"],
  ["a document that cannot be read", ["{", {}], "BAD_REQUEST"],
  ["an unknown field", ["{ reception }", {}], "BAD_REQUEST"],
  ["a variable of another type", [points, { variables: { first: "x" } }], "BAD_REQUEST"],
  ["a variable left out", [document("Node"), {}], "BAD_REQUEST"],
  [
    "an unacceptable scalar",
    [document("CommuneWithPoints"), { variables: { inseeCode: "Grenoble", first: 1 } }],
    "BAD_REQUEST",
  ],
  [
    "an enumeration's unknown word",
    [document("ServiceCatalogue"), { variables: { language: "DE" } }],
    "BAD_REQUEST",
  ],
  ["a token that is none", [document("Viewer"), { token: "x.y.z" }], "UNAUTHENTICATED"],
  ["no page size", ["{ receptionPoints { totalCount } }", {}], "PAGE_SIZE"],
  ["a page too large", [points, { variables: { first: 101 } }], "PAGE_SIZE"],
  ["a page of less than one", [points, { variables: { first: 0 } }], "PAGE_SIZE"],
  [
    "too many of the nearest",
    [
      document("NearestReceptionPoints"),
      { variables: { ...documentedVariables("NearestReceptionPoints"), first: 21 } },
    ],
    "PAGE_SIZE",
  ],
  ["a cursor of one's own", [points, { variables: { first: 1, after: "abc" } }], "INVALID_CURSOR"],
  ["a document too deep", [`{ communes(first: 1) { edges { node { ${deep(5)} } } } }`, {}], "TOO_COMPLEX"],
  ["too many aliases", [`{ ${aliases.join(" ")} }`, {}], "TOO_COMPLEX"],
  [
    "a command on what does not exist",
    [
      declare,
      {
        variables: {
          input: { ...exception, receptionPointId: "rpt_01AQ3WVJ000000000000000000" },
        },
        token: tokens.manager,
      },
    ],
    "NOT_FOUND",
  ],
  [
    "a command that is not the caller's to give",
    [
      declare,
      { variables: { input: { ...exception, receptionPointId } }, token: tokens.agent },
    ],
    "FORBIDDEN",
  ],
  [
    "a command without a caller",
    [declare, { variables: { input: { ...exception, receptionPointId } } }],
    "UNAUTHENTICATED",
  ],
];

for (const [what, [query, options], code] of rows) {
  test(`${code}: ${what}`, async () => {
    const { status, errors } = await send(query, options);
    assert.ok(errors?.length > 0, `status ${status} and no errors`);
    for (const error of errors) {
      assert.equal(error.extensions?.code, code, JSON.stringify(error));
      assert.ok(error.message, JSON.stringify(error));
      assert.match(error.extensions.traceId, /^[0-9a-f]{32}$/);
    }
  });
}

test("messages follow Accept-Language, codes do not", async () => {
  const answers = await Promise.all(
    ["fr", "en"].map((language) =>
      send(points, {
        variables: { first: 101 },
        headers: { "Accept-Language": language },
      }),
    ),
  );
  const [french, english] = answers.map(({ errors }) => errors[0]);
  assert.notEqual(french.message, english.message);
  assert.equal(french.extensions.code, english.extensions.code);
});

test("a command refused for its input gives errors in its payload", async () => {
  const { status, data, errors } = await send(declare, {
    variables: {
      input: { ...exception, receptionPointId, until: exception.from },
    },
    token: tokens.manager,
  });
  assert.equal(status, 200);
  assert.equal(errors, undefined);
  const payload = data.declareOpeningException;
  assert.equal(payload.openingHours, null);
  assert.equal(payload.receptionPoint, null);
  assert.deepEqual(
    payload.errors.map(({ __typename, code, field }) => ({ __typename, code, field })),
    [{ __typename: "InputError", code: "INVALID", field: ["until"] }],
  );
  assert.ok(payload.errors[0].message);
});

test("what is not public is not answered by GET", async () => {
  const get = new URL(url);
  get.searchParams.set("query", document("Viewer"));
  const response = await fetch(get, { headers: authorization(tokens.manager) });
  assert.equal(response.status, 400);
  const { errors } = await response.json();
  assert.equal(errors[0].extensions.code, "BAD_REQUEST");
});

test("what is public is answered by GET, once for all", async () => {
  const get = new URL(url);
  get.searchParams.set("query", document("ServiceCatalogue"));
  const first = await fetch(get);
  assert.equal(first.status, 200);
  assert.match(first.headers.get("cache-control"), /^public/);
  const again = await fetch(get, {
    headers: { "If-None-Match": first.headers.get("etag") },
  });
  assert.equal(again.status, 304);
});
