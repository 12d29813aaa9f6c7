// A sandbox for the length of the tests.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const patience = 60_000;

/** The settings of whoever runs the tests must not reach the service. */
function environment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => name !== "DATABASE_URL" && !name.startsWith("GUICHET_"),
    ),
  );
}

/** Where the started service listens, as its log says. */
async function address(service) {
  const said = [];
  const silence = setTimeout(() => service.kill("SIGKILL"), patience);
  try {
    for await (const line of createInterface({ input: service.stderr })) {
      said.push(line);
      const found = line.match(/"?address"?[=:]"?(http:\/\/[^/"\s]+)/);
      if (found) {
        return found[1];
      }
    }
  } finally {
    clearTimeout(silence);
  }
  throw new Error(`the sandbox did not get ready:\n${said.join("\n")}`);
}

/**
 * The sandbox at GUICHET_URL, or one of our own, built from here.
 *
 * @returns {Promise<{url: string, stop: () => Promise<void>}>}
 */
export async function startSandbox() {
  if (process.env.GUICHET_URL) {
    return { url: process.env.GUICHET_URL, stop: async () => {} };
  }
  const work = mkdtempSync(join(tmpdir(), "guichet-explorer-"));
  // Started by root, the private PostgreSQL runs as another user, who must get in.
  chmodSync(work, 0o711);
  const binary = join(work, "guichet");
  execFileSync("go", ["build", "-o", binary, "."], { cwd: repository, stdio: "inherit" });
  const service = spawn(
    binary,
    ["serve", "--sandbox", "--sandbox-applications=0", "--listen=127.0.0.1:0", `--data-dir=${join(work, "data")}`],
    { env: environment(), stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = once(service, "exit");
  const stop = async () => {
    service.kill("SIGTERM");
    await ended;
    rmSync(work, { recursive: true, force: true });
  };
  try {
    const url = await address(service);
    service.stderr.resume();
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
