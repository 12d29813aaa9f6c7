// Builds dist/: two pages, their scripts, styles and workers under names that change
// with their content, compressed once and for all, and the licences of what is in.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

import { build } from "esbuild";

import { notice } from "./notice.mjs";

const shared = {
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  outdir: "dist/assets",
  publicPath: "/explorer/assets",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  target: "es2022",
  // They are in the notice, whole.
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' },
};

/** GraphiQL's style sheet holds the editor's, and fonts of which we keep the icons. */
const styles = {
  name: "styles",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/monaco-editor\/.*\.css$/ }, () => ({ contents: "", loader: "empty" }));
    onLoad({ filter: /node_modules\/graphiql\/dist\/style\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll(/@font-face\s*\{[^}]*\}/g, (face) =>
        face.includes("codicon") ? face : ""),
      loader: "css",
    }));
  },
};

/** MapLibre's links to its site lead to the notice: the page leads to no other host. */
const homeward = {
  name: "homeward",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/maplibre-gl\/.*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll("https://maplibre.org/", "/explorer/NOTICE.txt"),
      loader: "js",
    }));
  },
};

/** The public address of what an entry was built into. */
function address(result, entry) {
  const [path] = Object.entries(result.metafile.outputs).find(([, { entryPoint }]) => entryPoint === entry);
  return `/explorer/assets/${basename(path)}`;
}

const workers = {
  editor: "node_modules/monaco-editor/esm/vs/editor/editor.worker.js",
  graphql: "node_modules/monaco-graphql/esm/graphql.worker.js",
  json: "node_modules/monaco-editor/esm/vs/language/json/json.worker.js",
  map: "node_modules/maplibre-gl/dist/maplibre-gl-csp-worker.js",
};
const work = await build({ ...shared, entryPoints: Object.values(workers), format: "iife" });

const { map: mapWorker, ...addresses } = Object.fromEntries(
  Object.entries(workers).map(([label, entry]) => [label, address(work, entry)]),
);
const page = await build({
  ...shared,
  entryPoints: ["src/main.jsx"],
  format: "esm",
  splitting: true,
  jsx: "automatic",
  plugins: [styles],
  define: { ...shared.define, WORKERS: JSON.stringify(addresses) },
});

// The map shares nothing with the explorer.
const map = await build({
  ...shared,
  entryPoints: ["src/map.js"],
  format: "esm",
  plugins: [homeward],
  define: { ...shared.define, MAP_WORKER: JSON.stringify(mapWorker) },
});

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist/assets", { recursive: true });
let plain = 0;
let compressed = 0;
for (const { path, contents } of [...work.outputFiles, ...page.outputFiles, ...map.outputFiles]) {
  const packed = brotliCompressSync(contents, {
    params: { [constants.BROTLI_PARAM_SIZE_HINT]: contents.length },
  });
  writeFileSync(`dist/assets/${basename(path)}.br`, packed);
  plain += contents.length;
  compressed += packed.length;
}

for (const [name, result, entry] of [["index", page, "src/main.jsx"], ["map", map, "src/map.js"]]) {
  const style = result.outputFiles.find(({ path }) => path.endsWith(".css"));
  writeFileSync(`dist/${name}.html`, readFileSync(`src/${name}.html`, "utf8")
    .replace("{{script}}", address(result, entry))
    .replace("{{style}}", `/explorer/assets/${basename(style.path)}`));
}
writeFileSync("dist/NOTICE.txt", notice([work.metafile, page.metafile, map.metafile]));

// A Go test compares: what is embedded must come from what is written here.
const sources = createHash("sha256");
for (const path of ["build.mjs", "notice.mjs", "package-lock.json", ...readdirSync("src").sort().map((name) => `src/${name}`)]) {
  sources.update(readFileSync(path));
}
writeFileSync("dist/sources.sha256", `${sources.digest("hex")}\n`);

console.log(`${work.outputFiles.length + page.outputFiles.length + map.outputFiles.length} assets, ${plain} bytes, ${compressed} compressed`);
