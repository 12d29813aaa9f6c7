// Writes __generated__/: the types of the contract and a typed document for each
// documented operation, as GraphQL Code Generator makes them.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { codegen } from "@graphql-codegen/core";
import * as typedDocumentNode from "@graphql-codegen/typed-document-node";
import * as typescript from "@graphql-codegen/typescript";
import * as typescriptOperations from "@graphql-codegen/typescript-operations";
import { buildSchema, parse } from "graphql";

const contract = new URL("../../schema.graphql", import.meta.url);
const operations = new URL("../operations/", import.meta.url);
const generated = new URL("__generated__/", import.meta.url);

// A generator knows nothing of custom scalars: these are their forms in JSON.
const text = [
  "Cursor",
  "Date",
  "DateTime",
  "EmailAddress",
  "InseeCode",
  "LanguageCode",
  "LocalTime",
  "PhoneNumber",
  "Siren",
  "Siret",
  "UniqueNumber",
];
const scalars = {
  ...Object.fromEntries(text.map((name) => [name, "string"])),
  GeoJSON: "{ readonly type: string }",
  Latitude: "number",
  Longitude: "number",
  Money: "number",
};

const source = readFileSync(contract, "utf8");
const documents = readdirSync(operations)
  .filter((name) => name.endsWith(".graphql"))
  .map((name) => ({
    location: name,
    document: parse(readFileSync(new URL(name, operations), "utf8")),
  }));

const config = {
  scalars,
  strictScalars: true,
  useTypeImports: true,
  enumsAsTypes: true,
  immutableTypes: true,
};

/** Runs plugins over the documents into one file. */
async function write(filename, pluginMap) {
  const written = await codegen({
    filename,
    schema: parse(source),
    schemaAst: buildSchema(source),
    documents,
    config,
    plugins: Object.keys(pluginMap).map((name) => ({ [name]: {} })),
    pluginMap,
  });
  writeFileSync(new URL(filename, generated), written);
}

mkdirSync(generated, { recursive: true });
await write("contract.ts", { typescript });
await write("operations.ts", { typescriptOperations, typedDocumentNode });
