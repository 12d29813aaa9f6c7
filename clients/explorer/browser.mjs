// A browser that reaches nothing but the service.

import { existsSync } from "node:fs";

import { chromium } from "playwright-core";

const executables = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

export function launch() {
  const executablePath = executables.find((path) => path && existsSync(path));
  if (!executablePath) {
    throw new Error("Chromium is not installed: apt-get install chromium, or set CHROMIUM");
  }
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      // The map is drawn without a graphics card too.
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Opens the explorer in a profile of its own. `wrong` collects what must not
 * happen: requests to other hosts, which are refused, answers that are errors,
 * and complaints of the console.
 */
export async function openExplorer(browser, url, options) {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  context.setDefaultTimeout(15_000);
  const wrong = [];
  await context.route("**/*", (route) => {
    const asked = new URL(route.request().url());
    if (asked.host === new URL(url).host || ["data:", "blob:"].includes(asked.protocol)) {
      return route.continue();
    }
    wrong.push(`request to ${asked}`);
    return route.abort();
  });
  context.on("response", (response) => {
    if (response.status() >= 400) {
      wrong.push(`status ${response.status()} of ${response.url()}`);
    }
  });
  const page = await context.newPage();
  page.on("websocket", (socket) => wrong.push(`socket to ${socket.url()}`));
  page.on("pageerror", (error) => wrong.push(`error ${error.stack}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      wrong.push(`console: ${message.text()}`);
    }
  });
  await page.goto(url);
  return { page, wrong };
}
