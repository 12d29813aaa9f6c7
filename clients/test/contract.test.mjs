// What the service says of itself is what schema.graphql says.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
} from "graphql";
import { ask, contract } from "./service.mjs";

// The tools that generate code from a service ask for all of this.
const everything = {
  descriptions: true,
  schemaDescription: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  inputValueDeprecation: true,
  oneOf: true,
};

const lines = (schema) =>
  printSchema(lexicographicSortSchema(schema)).split("\n");

/** The lines of a that b has not, and where: the whole contract is no message. */
const missing = (a, b) => {
  const known = new Set(b);
  return a.flatMap((line, i) => (known.has(line) ? [] : [`${i + 1}: ${line}`]));
};

test("introspection equals schema.graphql", async () => {
  const data = await ask(getIntrospectionQuery(everything));
  const told = lines(buildClientSchema(data));
  const written = lines(buildSchema(contract));
  assert.deepEqual(missing(told, written), [], "only the service says");
  assert.deepEqual(missing(written, told), [], "only the contract says");
  assert.deepEqual(told.length, written.length);
});

test("introspection as old clients ask for it", async () => {
  const data = await ask(getIntrospectionQuery({ descriptions: false }));
  assert.ok(buildClientSchema(data).getQueryType());
});
