// Two small clients: urql's core and graphql-request.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, cacheExchange, fetchExchange } from "@urql/core";
import { ClientError, GraphQLClient } from "graphql-request";
import {
  authorization,
  document,
  documentedVariables,
  managedPointId,
  tokens,
  url,
} from "./service.mjs";

const { input } = documentedVariables("DeclareOpeningException");
const receptionPointId = await managedPointId();

const urql = (token) =>
  new Client({
    url,
    exchanges: [cacheExchange, fetchExchange],
    fetchOptions: { headers: authorization(token) },
    // Its default sends queries by GET, which only public documents may use.
    preferGetMethod: false,
  });

test("urql: a query", async () => {
  const { data, error } = await urql(tokens.agent).query(document("Viewer"), {});
  assert.equal(error, undefined);
  assert.equal(data.viewer.assignments[0].role, "RECEPTION_AGENT");
});

test("urql: a public query by GET", async () => {
  const client = new Client({
    url,
    exchanges: [fetchExchange],
    preferGetMethod: "force",
  });
  const { data, error } = await client.query(
    document("ServiceCatalogue"),
    documentedVariables("ServiceCatalogue"),
  );
  assert.equal(error, undefined);
  assert.equal(data.serviceCatalogue.levels.length, 3);
});

test("urql: a refused command", async () => {
  const { error } = await urql(tokens.agent).mutation(
    document("DeclareOpeningException"),
    { input: { ...input, receptionPointId } },
  );
  assert.equal(error.graphQLErrors[0].extensions.code, "FORBIDDEN");
  assert.equal(error.networkError, undefined);
});

const request = (token) =>
  new GraphQLClient(url, { headers: authorization(token) });

test("graphql-request: a query", async () => {
  const { nearestReceptionPoints } = await request().request(
    document("NearestReceptionPoints"),
    documentedVariables("NearestReceptionPoints"),
  );
  assert.equal(nearestReceptionPoints.length, 5);
});

test("graphql-request: a refused command", async () => {
  await assert.rejects(
    request(tokens.agent).request(document("DeclareOpeningException"), {
      input: { ...input, receptionPointId },
    }),
    (error) => {
      assert.ok(error instanceof ClientError, String(error));
      assert.equal(error.response.errors[0].extensions.code, "FORBIDDEN");
      return true;
    },
  );
});
