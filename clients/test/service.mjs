// The service under test and the documented operations.

import { readFileSync, readdirSync } from "node:fs";

const directory = new URL("../operations/", import.meta.url);

function setting(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: start the tests with clients/run`);
  }
  return value;
}

/** The address of the GraphQL endpoint. */
export const url = new URL("/graphql", setting("GUICHET_URL")).href;

/** Tokens of the sandbox's people. */
export const tokens = {
  /** May change the hours of the point `mairie-grenoble`. */
  manager: setting("GUICHET_MANAGER_TOKEN"),
  /** Sees that point, may change nothing of it, and receives applicants there. */
  agent: setting("GUICHET_AGENT_TOKEN"),
  /** Answers for the personal data of all. */
  privacy: setting("GUICHET_PRIVACY_TOKEN"),
  /** Keeps a landlord's dwellings up to date. */
  stock: setting("GUICHET_STOCK_TOKEN"),
  /** Who prepares that landlord's allocations. */
  landlord: setting("GUICHET_LANDLORD_TOKEN"),
  /** Receives applicants at a town hall of level 3, to which others send theirs. */
  receiver: setting("GUICHET_RECEIVER_TOKEN"),
  /** Plans where the Métropole's staff receive. */
  planner: setting("GUICHET_PLANNER_TOKEN"),
  /** Who prepares those of Action Logement, and keeps its list of employers. */
  employers: setting("GUICHET_EMPLOYERS_TOKEN"),
  /** Steers the service for the Métropole, and confirms that list. */
  steering: setting("GUICHET_STEERING_TOKEN"),
  /** An account of a portal that is bound to nothing. */
  applicant: setting("GUICHET_APPLICANT_TOKEN"),
  /** Another one, whose holder a desk receives. */
  received: setting("GUICHET_RECEIVED_TOKEN"),
  /** Manages the people and apps of that commune; another one confirms. */
  admin: setting("GUICHET_ADMIN_TOKEN"),
  secondAdmin: setting("GUICHET_SECOND_ADMIN_TOKEN"),
  /** Who prepares those of the State, which holds reservation rights. */
  state: setting("GUICHET_STATE_TOKEN"),
};

/** The key of the point whose hours the tests change. */
export const managedPoint = "mairie-grenoble";

/** The contract, as written. */
export const contract = readFileSync(
  new URL("../../schema.graphql", import.meta.url),
  "utf8",
);

/** The names of the documented operations. */
export const operationNames = readdirSync(directory)
  .filter((name) => name.endsWith(".graphql"))
  .map((name) => name.slice(0, -".graphql".length));

/** The document of an operation. */
export function document(name) {
  return readFileSync(new URL(`${name}.graphql`, directory), "utf8");
}

/** The variables of an operation that are known before the service answers. */
export function documentedVariables(name) {
  return JSON.parse(readFileSync(new URL(`${name}.json`, directory), "utf8"));
}

/** The headers that name a caller; none for anonymous callers. */
export function authorization(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** Sends one request as the specification words it, without a client. */
export async function send(query, { variables, token, headers } = {}) {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      Accept: "application/graphql-response+json",
      "Content-Type": "application/json",
      ...authorization(token),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...(await response.json()) };
}

/** Sends one request that must be answered without errors; returns its data. */
export async function ask(query, options) {
  const { status, data, errors } = await send(query, options);
  if (status !== 200 || errors) {
    throw new Error(`status ${status}: ${JSON.stringify(errors)}`);
  }
  return data;
}

/** The identifier of the point whose hours the tests change. */
export async function managedPointId() {
  const data = await ask(document("ReceptionPoints"), {
    variables: { first: 100, days: 1 },
  });
  const edge = data.receptionPoints.edges.find(
    ({ node }) => node.key === managedPoint,
  );
  if (!edge) {
    throw new Error(`the sandbox has no reception point ${managedPoint}`);
  }
  return edge.node.id;
}
