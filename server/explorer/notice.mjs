import { readFileSync, readdirSync } from "node:fs";

/** The npm packages of which something is in the bundle, with their licences. */
export function notice(metafiles) {
  const folders = new Set();
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const path of Object.keys(inputs)) {
        const folder = path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0];
        if (folder) {
          folders.add(folder);
        }
      }
    }
  }
  const entries = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    const texts = readdirSync(folder)
      .filter((file) => /^(licen[cs]e|copying|notice|thirdpartynotices)/i.test(file))
      .sort()
      .map((file) => readFileSync(`${folder}/${file}`, "utf8").trim());
    if (!license && texts.length === 0) {
      throw new Error(`${name} ${version} has no licence`);
    }
    return `${name} ${version} (${license})\n\n${texts.join("\n\n")}`.trim();
  });
  return [
    "The explorer's page contains parts of these packages, under their licences.",
    ...entries.sort(),
  ].join(`\n\n${"-".repeat(80)}\n\n`) + "\n";
}
