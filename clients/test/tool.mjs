// Runs a development tool of this package as its users do.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The folder of the package. */
export const home = fileURLToPath(new URL("..", import.meta.url));

/** Runs a command in a folder of the package; what it printed is its failure. */
export async function tool(command, args, folder = ".") {
  try {
    await run(command, args, {
      cwd: `${home}/${folder}`,
      env: { ...process.env, PATH: `${home}/node_modules/.bin:${process.env.PATH}` },
      timeout: 60_000,
    });
  } catch (error) {
    throw new Error(`${command} ${args.join(" ")}\n${error.stdout}${error.stderr}`, {
      cause: error,
    });
  }
}
