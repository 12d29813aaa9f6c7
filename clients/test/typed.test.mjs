// Code is generated from the contract and the documented operations, a client
// written on it passes TypeScript's strictest reading, and that client works.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { documentedVariables, managedPointId, tokens, url } from "./service.mjs";
import { tool } from "./tool.mjs";

let typed;

before(async () => {
  await tool("node", ["generate.mjs"], "typed");
  await tool("tsc", ["--project", "tsconfig.json"], "typed");
  typed = await import("../build/typed/client.js");
});

test("the viewer", async () => {
  const viewer = await new typed.Client(url, tokens.manager).viewer();
  assert.equal(viewer.anonymous, false);
  assert.equal(viewer.assignments[0].role, "POINT_MANAGER");
});

test("the nightly copy sees each point once", async () => {
  const ids = [];
  for await (const point of new typed.Client(url, tokens.manager).points(20)) {
    ids.push(point.id);
  }
  assert.equal(ids.length, 50);
  assert.equal(new Set(ids).size, 50);
});

test("an exception is declared, read back and withdrawn", async () => {
  const { input } = documentedVariables("DeclareOpeningException");
  const exercise = await new typed.Client(url, tokens.manager).exercise({
    ...input,
    receptionPointId: await managedPointId(),
  });
  assert.deepEqual(exercise.refusals, []);
  assert.ok(exercise.version > 0);
});

test("a refusal is an error with its code", async () => {
  const { input } = documentedVariables("DeclareOpeningException");
  const agent = new typed.Client(url, tokens.agent);
  const receptionPointId = await managedPointId();
  await assert.rejects(agent.exercise({ ...input, receptionPointId }), {
    code: "FORBIDDEN",
  });
});
