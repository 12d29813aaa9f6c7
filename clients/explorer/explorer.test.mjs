// Can a developer start with the explorer, in a browser that has no network?

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, openExplorer } from "./browser.mjs";
import { startSandbox } from "./sandbox.mjs";

const operations = readdirSync(new URL("../operations/", import.meta.url))
  .filter((name) => name.endsWith(".graphql"))
  .map((name) => name.slice(0, -".graphql".length));
const screenshots = process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), "guichet-explorer-seen-"));

let sandbox;
let browser;

before(async () => {
  sandbox = await startSandbox();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await sandbox?.stop();
});

const wide = { viewport: { width: 1280, height: 800 } };
const telephone = { viewport: { width: 360, height: 740 } };

/**
 * A test on a page of its own, on which nothing may go wrong but what the test
 * calls expected. A failure leaves a screenshot.
 */
function scenario(what, options, act, expected = () => false) {
  test(what, async () => {
    const { page, wrong } = await openExplorer(browser, sandbox.url, options);
    try {
      await page.getByRole("tab", { name: "Viewer", exact: true }).waitFor();
      await act(page);
    } catch (error) {
      const name = `failed ${what}`.replaceAll(/\W+/g, "-");
      await see(page, name);
      error.message += `\nseen in ${screenshots}/${name}.png; also wrong: ${wrong.join("\n")}`;
      throw error;
    }
    assert.deepEqual(wrong.filter((message) => !expected(message)), []);
    await page.context().close();
  });
}

/** Runs the request of the tab that is open. */
async function run(page) {
  await page.getByRole("button", { name: /^Execute query/ }).click();
}

/** The answer shows this text; the editor writes no-break spaces. */
async function answers(page, text) {
  const lines = page.getByRole("region", { name: "Result Window" }).locator(".view-line");
  await lines.filter({ hasText: new RegExp(text.replaceAll(" ", "\\s")) }).first().waitFor();
}

async function see(page, name) {
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}

scenario("the samples are tabs, and the first is answered", wide, async (page) => {
  const tabs = await page.getByRole("tab").allInnerTexts();
  assert.deepEqual(tabs.toSorted(), operations.toSorted());

  await run(page);
  await answers(page, '"name": "Grenoble"');
  await see(page, "wide");
});

scenario("a developer asks as a persona, and as nobody again", wide, async (page) => {
  await page.getByRole("tab", { name: "Viewer", exact: true }).click();
  await run(page);
  await answers(page, '"anonymous": true');

  const persona = page.getByRole("combobox", { name: "Ask as" });
  const token = page.waitForResponse(/explorer\/token/);
  await persona.selectOption("commune-grenoble-agent");
  assert.equal((await token).headers()["cache-control"], "no-store");
  await run(page);
  await answers(page, '"givenName": "Camille"');
  await see(page, "persona");

  await persona.selectOption("");
  await run(page);
  await answers(page, '"anonymous": true');
});

scenario("errors come in the language chosen", { ...wide, colorScheme: "dark" }, async (page) => {
  await page.getByRole("tab", { name: "Node", exact: true }).click();
  await run(page);
  await answers(page, '"message": "\\$id is required');

  await page.getByRole("combobox", { name: "Answers in" }).selectOption("fr");
  await page.getByRole("combobox", { name: "Demander en tant que" }).waitFor();
  await run(page);
  await answers(page, '"message": "\\$id est');
  await see(page, "dark");
}, (message) => /\b400\b/.test(message));

scenario("the contract and the editor's help are there without network", wide, async (page) => {
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  await page.getByRole("link", { name: "ReceptionPoint", exact: true }).waitFor();

  const editor = page.getByRole("region", { name: "Operation Editor" });
  await page.getByRole("tab", { name: "Viewer", exact: true }).click();
  await editor.locator(".view-line").first().click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("query Wrong { nothing }");
  await editor.locator(".squiggly-error").first().waitFor();
  await see(page, "help");
});

scenario("edited tabs are there again", wide, async (page) => {
  await page.getByRole("region", { name: "Operation Editor" }).locator(".view-line").first().click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("# mine ");
  // The tabs are kept a little later than the editor. Each keeps what was typed so far: a
  // reload between two keys would open what the editor has as one tab more.
  await page.waitForFunction(
    () => Object.values(localStorage).filter((kept) => kept.includes("# mine # ")).length > 1,
  );
  await page.reload();
  await page.getByText("# mine").waitFor();
  assert.equal(await page.getByRole("tab").count(), operations.length);
  await run(page);
  await answers(page, '"name": "Grenoble"');
});

scenario("a telephone and a keyboard are enough", telephone, async (page) => {
  const persona = page.getByRole("combobox", { name: "Ask as" });
  // The first thing that the keyboard reaches.
  await page.keyboard.press("Tab");
  assert.ok(await persona.evaluate((element) => element === document.activeElement));
  const token = page.waitForResponse(/explorer\/token/);
  await page.keyboard.type("commune-grenoble-agent");
  await token;

  await page.getByRole("tab").getByRole("button", { name: "Viewer", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /^Execute query/ }).focus();
  await page.keyboard.press("Enter");
  await answers(page, '"Camille"');
  await see(page, "telephone");

  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  await page.getByRole("link", { name: "ReceptionPoint", exact: true }).waitFor();
  await see(page, "telephone-help");
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `${content} pixels wide on a screen of ${window}`);
});
