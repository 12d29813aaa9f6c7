// Does the map show the stock, to everybody, in a browser that has no network?

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, openExplorer } from "./browser.mjs";
import { startSandbox } from "./sandbox.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const screenshots = process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), "guichet-map-seen-"));

let sandbox;
let browser;

before(async () => {
  sandbox = await startSandbox();
  browser = await launch();
  console.log(`screenshots in ${screenshots}`);
});

after(async () => {
  await browser?.close();
  await sandbox?.stop();
});

const wide = { viewport: { width: 1280, height: 800 } };
const telephone = { viewport: { width: 360, height: 740 }, hasTouch: true };

/** A test on a page of its own, on which nothing may go wrong. Each leaves a screenshot. */
function scenario(what, options, act) {
  test(what, async () => {
    const { page, wrong } = await openExplorer(browser, `${sandbox.url}/map`, options);
    const tiles = [];
    page.on("response", (response) => {
      if (response.url().includes("/tiles/")) {
        tiles.push(response);
      }
    });
    try {
      await figure(page, (n) => n > 0);
      await act(page, tiles);
    } catch (error) {
      error.message += `\nseen in ${screenshots}; also wrong: ${wrong.join("\n")}`;
      throw error;
    } finally {
      await page.screenshot({ path: join(screenshots, `${what.replaceAll(/\W+/g, "-")}.png`) });
    }
    // The driver's own remarks on reading pixels back are no fault of the page.
    assert.deepEqual(wrong.filter((message) => !message.includes("GPU stall due to ReadPixels")), []);
    await page.context().close();
  });
}

const read = (words) => Number(words.replaceAll(/[^0-9]/g, ""));

/** Waits until the dwellings in view are such a number, and returns it. */
async function figure(page, such) {
  let last = 0;
  for (const end = Date.now() + 15_000; Date.now() < end; await page.waitForTimeout(100)) {
    last = read(await page.locator("#total").innerText());
    if (such(last)) {
      return last;
    }
  }
  throw new Error(`${last} dwellings in view`);
}

/** The numbers of the plot. */
async function plotted(page) {
  return (await page.locator("#plot b").allInnerTexts()).map(read);
}

/** How many different colours the middle of the map has: one of nothing is drawn. */
async function colours(page) {
  await page.waitForTimeout(1000);
  const shot = (await page.locator("#map").screenshot()).toString("base64");
  return page.evaluate(async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const pen = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height }).getContext("2d");
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, image.width, image.height);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 4) {
      seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    }
    return seen.size;
  }, shot);
}

/** No finding of axe-core that keeps somebody out. */
async function accessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  const grave = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  assert.deepEqual(grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`), []);
}

scenario("the stock is drawn, and counted by typology", wide, async (page, tiles) => {
  const all = await figure(page, (n) => n === 52_000);
  assert.equal((await plotted(page)).reduce((total, n) => total + n), all);
  assert.ok((await colours(page)) > 50, "nothing is drawn");
  assert.ok(tiles.length > 2, `${tiles.length} tiles`);
  for (const tile of tiles) {
    assert.equal(tile.headers()["content-type"], "application/vnd.mapbox-vector-tile", tile.url());
  }
  await accessible(page);
});

scenario("a filter counts for tiles and figures alike", wide, async (page, tiles) => {
  const all = await figure(page, (n) => n === 52_000);
  const before = tiles.length;
  await page.getByRole("checkbox", { name: "T3", exact: true }).check();
  const some = await figure(page, (n) => n > 0 && n < all);
  const counts = await plotted(page);
  assert.equal(counts[2], some);
  assert.deepEqual(counts.filter((n) => n > 0), [some]);
  await page.waitForTimeout(500);
  const asked = tiles.slice(before).map((tile) => new URL(tile.url()).searchParams.get("where"));
  assert.ok(asked.length > 0);
  assert.deepEqual([...new Set(asked)], ['{"typologies":["T3"]}']);

  await page.getByRole("combobox", { name: "Commune" }).selectOption({ label: "Meylan" });
  await page.getByLabel("Built from (year)").fill("1960");
  await page.getByLabel("Built from (year)").blur();
  await figure(page, (n) => n > 0 && n < some);
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await figure(page, (n) => n === all);
});

/** Clicks what can be clicked nearest to the middle of the map. */
async function clickNearMiddle(page, map) {
  const box = await map.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  for (let ring = 0; ring < 40; ring++) {
    for (let turn = 0; turn < 12; turn++) {
      const angle = (turn * Math.PI) / 6;
      const at = [x + ring * 8 * Math.cos(angle), y + ring * 8 * Math.sin(angle)];
      await page.mouse.move(...at);
      if (await map.evaluate((canvas) => canvas.style.cursor === "pointer")) {
        await page.mouse.click(...at);
        await page.waitForTimeout(1500);
        return;
      }
      if (ring === 0) {
        break;
      }
    }
  }
  throw new Error("nothing to click");
}

scenario("pans and zooms change what is in view, down to a building", wide, async (page, tiles) => {
  const all = await figure(page, (n) => n === 52_000);
  const map = page.getByRole("region", { name: /^Map of the stock/ });
  await page.getByRole("button", { name: "Zoom in" }).click();
  const near = await figure(page, (n) => n > 0 && n < all);
  await map.hover();
  await page.mouse.down();
  await page.mouse.move(500, 500, { steps: 8 });
  await page.mouse.up();
  await figure(page, (n) => n !== near);
  // A cluster comes nearer when it is clicked, a building tells its address.
  const told = page.getByText(/\([\d,]+ dwellings\)/);
  for (let clicks = 0; clicks < 12 && !(await told.isVisible()); clicks++) {
    await clickNearMiddle(page, map);
  }
  await told.waitFor();
  assert.ok(tiles.some((tile) => tile.url().includes("/stock/15/") || tile.url().includes("/stock/16/")), "no tile of buildings");
});

scenario("a reception point tells its level and its next permanence", wide, async (page) => {
  const map = page.getByRole("region", { name: /^Map of the stock/ });
  // Without dwellings there is nothing else to click.
  await page.getByLabel("Built from (year)").fill("2100");
  await page.getByLabel("Built from (year)").blur();
  await figure(page, (n) => n === 0);
  await page.waitForTimeout(1000);
  await clickNearMiddle(page, map);
  const told = await page.locator("#chosen").innerText();
  assert.match(told, /\(Level [123]\)\. (Next permanence: .+\d{2}:\d{2}–\d{2}:\d{2}|No permanence is planned\.)$/);
});

scenario("a telephone and a keyboard are enough, in French", { ...telephone, locale: "fr-FR" }, async (page) => {
  const map = page.getByRole("region", { name: /^Carte du parc/ });
  const first = await figure(page, (n) => n > 0);
  await map.focus();
  for (const key of ["ArrowUp", "ArrowUp", "ArrowUp", "Equal", "Equal"]) {
    await page.keyboard.press(key);
    await page.waitForTimeout(400);
  }
  await figure(page, (n) => n !== first);
  await page.getByRole("checkbox", { name: "T2", exact: true }).focus();
  await page.keyboard.press("Space");
  await page.waitForTimeout(1000);
  const counts = await plotted(page);
  assert.deepEqual(counts.filter((n, i) => n > 0 && i !== 1), []);
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `${content} pixels wide on a screen of ${window}`);
  await accessible(page);
  await page.getByRole("combobox", { name: "Langue" }).selectOption("en");
  await page.getByRole("heading", { name: "The social rental stock" }).waitFor();
  assert.ok(await page.getByRole("checkbox", { name: "T2", exact: true }).isChecked());
});
