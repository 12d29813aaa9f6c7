// The contract and the operations as graphql-eslint wants them, with the
// exceptions that eslint.config.mjs gives reasons for.

import { test } from "node:test";
import { tool } from "./tool.mjs";

test("no findings", () =>
  tool(
    "eslint",
    [
      "--config=clients/eslint.config.mjs",
      "--max-warnings=0",
      "--report-unused-disable-directives-severity=error",
      "schema.graphql",
      "clients/operations/*.graphql",
    ],
    // ESLint reads only what is below the folder it starts in.
    "..",
  ));
