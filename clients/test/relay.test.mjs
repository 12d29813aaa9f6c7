// Relay's compiler accepts the contract, and the service answers what it writes.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ask, documentedVariables, managedPointId, tokens } from "./service.mjs";
import { tool } from "./tool.mjs";

before(() => tool("relay-compiler", ["relay.config.json"], "relay"));

/** Sends an operation as the compiler wrote it. */
async function artifact(name, variables, token) {
  const { default: request } = await import(
    `../relay/__generated__/${name}.graphql.js`
  );
  return ask(request.params.text, { variables, token });
}

test("a list grows by its cursor", async () => {
  const { receptionPoints: first } = await artifact("DirectoryQuery", {
    where: { inNetwork: true },
  });
  assert.equal(first.edges.length, 20);
  assert.equal(first.pageInfo.hasNextPage, true);
  const { receptionPoints: second } = await artifact("DirectoryPaginationQuery", {
    where: { inNetwork: true },
    count: 20,
    cursor: first.pageInfo.endCursor,
  });
  const ids = [first, second].flatMap(({ edges }) => edges.map((e) => e.node.id));
  assert.equal(new Set(ids).size, 40);
});

test("an item is fetched again by its identifier", async () => {
  const id = await managedPointId();
  const { node } = await artifact("DirectoryPointRefetchQuery", { id, days: 2 });
  assert.equal(node.__typename, "ReceptionPoint");
  assert.equal(node.openingDays.length, 2);
});

test("a list below a node grows through node(id:)", async () => {
  const { commune } = await artifact("CommunePointsQuery", { inseeCode: "38185" });
  const { node } = await artifact("CommunePointsPaginationQuery", {
    id: commune.id,
    count: 1,
    cursor: commune.receptionPoints.pageInfo.endCursor,
  });
  assert.equal(node.receptionPoints.edges.length, 1);
  assert.notEqual(
    node.receptionPoints.edges[0].node.id,
    commune.receptionPoints.edges[0].node.id,
  );
});

test("a command tells its refusal in its payload", async () => {
  const { input } = documentedVariables("DeclareOpeningException");
  const { declareOpeningException: payload } = await artifact(
    "OpeningExceptionMutation",
    { input: { ...input, receptionPointId: await managedPointId(), reason: "" } },
    tokens.manager,
  );
  assert.equal(payload.receptionPoint, null);
  assert.equal(payload.errors[0].code, "INVALID");
});
