// Apollo Client, without a screen: its cache, its pages, its errors and its
// persisted queries.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createHash, randomBytes } from "node:crypto";
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { relayStylePagination } from "@apollo/client/utilities";
import { filter, firstValueFrom } from "rxjs";
import {
  authorization,
  document,
  documentedVariables,
  managedPointId,
  tokens,
  url,
} from "./service.mjs";

/** A client as an app configures it; sent collects the method of each request. */
function connect({ token, link, sent = [] } = {}) {
  const http = new HttpLink({
    uri: url,
    headers: authorization(token),
    fetch: (input, init) => {
      sent.push(init.method);
      return fetch(input, init);
    },
  });
  return new ApolloClient({
    link: link ? link.concat(http) : http,
    cache: new InMemoryCache({
      possibleTypes: { UserError: ["InputError", "StaleVersionError"] },
      typePolicies: {
        Query: { fields: { receptionPoints: relayStylePagination(["where"]) } },
      },
    }),
  });
}

test("a query with variables, and then its objects from the cache", async () => {
  const sent = [];
  const client = connect({ sent });
  const query = gql(document("CommuneWithPoints"));
  const variables = documentedVariables("CommuneWithPoints");
  const { data } = await client.query({ query, variables });
  assert.equal(data.commune.__typename, "Commune");
  await client.query({ query, variables });
  assert.equal(sent.length, 1);

  const fragment = gql`
    fragment Door on ReceptionPoint {
      name
      address
    }
  `;
  const [{ node }] = data.commune.receptionPoints.edges;
  const id = client.cache.identify(node);
  assert.equal(client.readFragment({ fragment, id }).name, node.name);
});

test("an interface's fragments", async () => {
  const { data } = await connect().query({
    query: gql(document("Node")),
    variables: { id: await managedPointId() },
  });
  assert.equal(data.node.__typename, "ReceptionPoint");
  assert.ok(data.node.openingHours.length > 0);
});

test("pages grow into one list", async () => {
  const client = connect();
  const list = client.watchQuery({
    query: gql(document("ReceptionPoints")),
    variables: { first: 20, days: 1 },
  });
  // What a screen does: it is told of the first page, then asks for each next.
  let { data } = await firstValueFrom(list.pipe(filter((r) => !r.loading)));
  while (data.receptionPoints.pageInfo.hasNextPage) {
    await list.fetchMore({
      variables: { after: data.receptionPoints.pageInfo.endCursor },
    });
    ({ data } = list.getCurrentResult());
  }
  const ids = data.receptionPoints.edges.map(({ node }) => node.id);
  assert.equal(ids.length, data.receptionPoints.totalCount);
  assert.equal(new Set(ids).size, ids.length);
});

test("an error carries its code", async () => {
  await assert.rejects(
    connect().query({
      query: gql(document("ReceptionPoints")),
      variables: { first: 101 },
    }),
    (error) => {
      assert.ok(CombinedGraphQLErrors.is(error), String(error));
      assert.equal(error.errors[0].extensions.code, "PAGE_SIZE");
      return true;
    },
  );
});

test("a token that is refused carries its code", async () => {
  await assert.rejects(
    connect({ token: "x.y.z" }).query({ query: gql(document("Viewer")) }),
    (error) => {
      assert.ok(CombinedGraphQLErrors.is(error), String(error));
      assert.equal(error.errors[0].extensions.code, "UNAUTHENTICATED");
      return true;
    },
  );
});

test("a command refused for its input is data", async () => {
  const { input } = documentedVariables("DeclareOpeningException");
  const { data } = await connect({ token: tokens.manager }).mutate({
    mutation: gql(document("DeclareOpeningException")),
    variables: {
      input: { ...input, receptionPointId: await managedPointId(), until: input.from },
    },
  });
  const [error] = data.declareOpeningException.errors;
  assert.equal(error.code, "INVALID");
  assert.deepEqual(error.field, ["until"]);
});

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

for (const useGETForHashedQueries of [false, true]) {
  const method = useGETForHashedQueries ? "GET" : "POST";
  test(`persisted queries by ${method}`, async () => {
    const sent = [];
    const client = connect({
      sent,
      link: new PersistedQueryLink({ sha256, useGETForHashedQueries }),
    });
    // A name that no run had before: the service has not seen this document.
    const name = `Persisted${randomBytes(8).toString("hex")}`;
    const query = gql`
      query ${name}($inseeCode: InseeCode!) {
        commune(inseeCode: $inseeCode) {
          id
          name
        }
      }
    `;
    const ask = (inseeCode) =>
      client.query({ query, variables: { inseeCode }, fetchPolicy: "network-only" });
    assert.equal((await ask("38185")).data.commune.name, "Grenoble");
    assert.deepEqual(sent, [method, "POST"], "hash, then document");
    assert.equal((await ask("38057")).data.commune.name, "Bresson");
    assert.deepEqual(sent, [method, "POST", method], "the hash is enough");
  });
}
