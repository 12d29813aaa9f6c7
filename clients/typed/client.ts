// A small client such as a partner writes it: typed documents, no cache.

import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import type { ErrorCode } from "./__generated__/contract.js";
import {
  DeclareOpeningExceptionDocument,
  NodeDocument,
  ReceptionPointsDocument,
  ViewerDocument,
  WithdrawOpeningExceptionDocument,
} from "./__generated__/operations.js";
import type {
  DeclareOpeningExceptionInput,
  ReceptionPointsQuery,
  ViewerQuery,
} from "./__generated__/operations.js";

/** An answer that is not what was asked: `code` is a word of the catalogue. */
export class Refused extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: ReadonlyArray<{
    readonly message: string;
    readonly extensions?: { readonly code?: string };
  }>;
}

/** One point of the directory, as the nightly copy reads it. */
export type Point =
  ReceptionPointsQuery["receptionPoints"]["edges"][number]["node"];

/** Who the client works for. */
export type Viewer = ViewerQuery["viewer"];

/** What became of an exception that was declared and withdrawn again. */
export interface Exercise {
  readonly refusals: ReadonlyArray<ErrorCode>;
  readonly version: number | null;
}

export class Client {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async #send<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    const response = await fetch(this.#url, {
      method: "POST",
      headers: {
        Accept: "application/graphql-response+json",
        Authorization: `Bearer ${this.#token}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify({ query: print(document), variables }),
    });
    const answer = (await response.json()) as Answer<Data>;
    const error = answer.errors?.[0];
    if (error || !answer.data) {
      throw new Refused(
        error?.extensions?.code ?? "NONE",
        response.status,
        error?.message ?? "no data",
      );
    }
    return answer.data;
  }

  async viewer(): Promise<Viewer> {
    return (await this.#send(ViewerDocument, {})).viewer;
  }

  /** All the points, page by page. */
  async *points(pageSize: number): AsyncGenerator<Point, void> {
    let after: string | null = null;
    for (;;) {
      const { receptionPoints }: ReceptionPointsQuery = await this.#send(
        ReceptionPointsDocument,
        { first: pageSize, after, days: 1 },
      );
      for (const { node } of receptionPoints.edges) {
        yield node;
      }
      if (!receptionPoints.pageInfo.hasNextPage) {
        return;
      }
      after = receptionPoints.pageInfo.endCursor;
    }
  }

  /** Declares an exception, reads it back by its identifier and withdraws it. */
  async exercise(input: DeclareOpeningExceptionInput): Promise<Exercise> {
    const { declareOpeningException: declared } = await this.#send(
      DeclareOpeningExceptionDocument,
      { input },
    );
    const hours = declared.openingHours;
    if (!hours) {
      return { refusals: declared.errors.map(({ code }) => code), version: null };
    }
    const { node } = await this.#send(NodeDocument, { id: hours.id });
    if (node?.__typename !== "OpeningHours") {
      throw new Error(`an exception is read back as ${node?.__typename}`);
    }
    const { withdrawOpeningException: withdrawn } = await this.#send(
      WithdrawOpeningExceptionDocument,
      { input: { id: node.id, version: node.version } },
    );
    return {
      refusals: withdrawn.errors.map(({ code }) => code),
      version: node.version,
    };
  }
}
