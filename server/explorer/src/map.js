// A map of the social rental stock, as an application of the public API: vector tiles of
// /tiles/stock.json under a filter, figures of the same filter by GraphQL. Both read the
// filter alike, so that the figures are those of what is drawn.

import maplibregl from "maplibre-gl/dist/maplibre-gl-csp.js";
import "maplibre-gl/dist/maplibre-gl.css";

import { texts } from "./map-texts.js";
import "./map.css";

maplibregl.setWorkerUrl(MAP_WORKER);

const $ = (id) => document.getElementById(id);
const typologies = ["T1", "T2", "T3", "T4", "T5", "T6_PLUS", "UNKNOWN"];
const energyClasses = ["A", "B", "C", "D", "E", "F", "G", "UNKNOWN"];
const levels = { 1: "#2f9e5b", 2: "#e0a100", 3: "#c2185b" };

let language = navigator.language.startsWith("fr") ? "fr" : "en";
const text = (key) => texts[language][key];
const number = (n) => n.toLocaleString(language);

// --- What the service tells

/** Asks for public data, by GET: caches answer for the service while nothing changed. */
async function ask(query, variables = {}) {
  const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  return answer(await fetch(`/graphql?${parameters}`, { headers: headers() }));
}

/** Asks by identifier, which only POST does. */
async function askNode(query, variables) {
  return answer(await fetch("/graphql", {
    method: "POST",
    headers: { ...headers(), "Content-Type": "application/json" },
    body: JSON.stringify({ query, variables }),
  }));
}

const headers = () => ({ Accept: "application/graphql-response+json", "Accept-Language": language });

async function answer(response) {
  const { data, errors } = await response.json();
  if (errors) {
    throw new Error(errors[0].message);
  }
  return data;
}

const window_ = `query ($within: BoundingBoxInput!, $zoom: Int!, $where: DwellingFilter) {
  stockMap(within: $within, zoom: $zoom, where: $where) { totalCount spots { typologies { typology count } } } }`;
const choices = `{
  communes(first: 100, orderBy: {field: NAME}) { edges { node { inseeCode name latitude longitude } } }
  organisations(first: 100, where: {kinds: [LANDLORD]}, orderBy: {field: NAME}) { edges { node { id name } } } }`;
const point = `query ($id: ID!) { node(id: $id) { ... on ReceptionPoint { nextPermanence { day opens closes } } } }`;
const building = `query ($id: ID!) { node(id: $id) { ... on Building { address postalCode communeName dwellingCount } } }`;

// --- The filter

/** The filter of the form. What is not chosen is left out: an empty list would be nothing. */
function filter() {
  const where = {};
  for (const field of ["typologies", "energyClasses"]) {
    const chosen = [...$(field).querySelectorAll(":checked")].map(({ value }) => value);
    if (chosen.length > 0) {
      where[field] = chosen;
    }
  }
  for (const field of ["communes", "landlords"]) {
    if ($(field).value) {
      where[field] = [$(field).value];
    }
  }
  const [min, max] = [$("builtFrom"), $("builtTo")].map((input) => (input.value && input.validity.valid ? Number(input.value) : null));
  if (min !== null || max !== null) {
    where.constructionYear = { min, max };
  }
  return where;
}

const tiles = () => [`${location.origin}/tiles/stock/{z}/{x}/{y}.mvt?where=${encodeURIComponent(JSON.stringify(filter()))}`];

// --- The map

/** The south-west and the north-east of the Métropole. */
const metropole = [[5.49, 44.83], [5.99, 45.4]];

const count = ["get", "count"];
const size = ["interpolate", ["linear"], ["log10", count], 0, 7, 2, 14, 4, 26];
const named = { "icon-image": ["concat", "label ", ["to-string", count]], "icon-allow-overlap": true };

const map = new maplibregl.Map({
  container: "map",
  bounds: metropole,
  minZoom: 7,
  attributionControl: { compact: false, customAttribution: "RPLS (SDES) · © IGN, Admin Express, Licence Ouverte" },
  locale: { "Map.Title": text("map"), "NavigationControl.ZoomIn": text("zoomIn"), "NavigationControl.ZoomOut": text("zoomOut") },
  style: {
    version: 8,
    sources: { stock: { type: "vector", tiles: tiles(), minzoom: 0, maxzoom: 16 } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": "#e9edf2" } },
      { id: "communes", type: "fill", source: "stock", "source-layer": "communes", paint: { "fill-color": "#fbfaf6" } },
      { id: "limits", type: "line", source: "stock", "source-layer": "communes", paint: { "line-color": "#8d97a6", "line-width": 1 } },
      {
        id: "clusters", type: "circle", source: "stock", "source-layer": "clusters",
        paint: { "circle-radius": size, "circle-color": "#1f5fa8", "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 },
      },
      {
        id: "buildings", type: "circle", source: "stock", "source-layer": "buildings",
        paint: { "circle-radius": size, "circle-color": "#12406f", "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 },
      },
      {
        id: "points", type: "circle", source: "stock", "source-layer": "reception_points",
        paint: {
          "circle-radius": 7, "circle-stroke-color": "#1c2430", "circle-stroke-width": 2,
          "circle-color": ["match", ["get", "level"], ...Object.entries(levels).flatMap(([level, colour]) => [Number(level), colour]), "#888"],
        },
      },
      { id: "cluster-counts", type: "symbol", source: "stock", "source-layer": "clusters", filter: [">", count, 9], layout: named },
      { id: "building-counts", type: "symbol", source: "stock", "source-layer": "buildings", filter: [">", count, 9], layout: named },
    ],
  },
});
map.addControl(new maplibregl.NavigationControl({ showCompass: false }));
map.dragRotate.disable();
map.touchZoomRotate.disableRotation();

// Numbers are drawn here: a style would load letters from elsewhere.
map.on("styleimagemissing", ({ id }) => {
  const words = number(Number(id.slice("label ".length)));
  const pen = document.createElement("canvas").getContext("2d");
  const font = "600 24px system-ui, sans-serif";
  pen.font = font;
  [pen.canvas.width, pen.canvas.height] = [Math.ceil(pen.measureText(words).width) + 4, 30];
  Object.assign(pen, { font, fillStyle: "#fff", strokeStyle: "#12406f", lineWidth: 4, textBaseline: "middle", lineJoin: "round" });
  pen.strokeText(words, 2, 16);
  pen.fillText(words, 2, 16);
  map.addImage(id, pen.getImageData(0, 0, pen.canvas.width, pen.canvas.height), { pixelRatio: 2 });
});

map.on("click", "clusters", ({ lngLat }) => map.easeTo({ center: lngLat, zoom: map.getZoom() + 2 }));
map.on("click", "points", async ({ features: [{ properties }] }) => {
  const told = `${properties.name}, ${properties.commune} (${text("level")} ${properties.level})`;
  $("chosen").textContent = told;
  const { node } = await askNode(point, { id: properties.id }).catch(complain) ?? {};
  if (node && $("chosen").textContent === told) { // nothing else was chosen meanwhile
    $("chosen").textContent = `${told}. ${permanence(node.nextPermanence)}`;
  }
});
map.on("click", "buildings", async ({ features: [{ properties }] }) => {
  const { node } = await askNode(building, { id: properties.id }).catch(complain) ?? {};
  if (node) {
    $("chosen").textContent = `${node.address ?? text("noAddress")}, ${node.postalCode ?? ""} ${node.communeName ?? ""} (${number(properties.count)} ${text("dwellings")})`;
  }
});
for (const layer of ["clusters", "buildings", "points"]) {
  map.on("mouseenter", layer, () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; });
}

/** When the Métropole's staff is next at a point. Days and hours are those of the place. */
function permanence(next) {
  if (!next) {
    return text("noPermanence");
  }
  const day = new Date(`${next.day}T00:00:00Z`).toLocaleDateString(language, { dateStyle: "full", timeZone: "UTC" });
  return `${text("nextPermanence")} ${day}, ${next.opens}–${next.closes}`;
}

// --- The panel

let asked = 0;

/** Counts what is in view. Only the last question is answered. */
async function show() {
  const turn = ++asked;
  const bounds = map.getBounds();
  const within = { south: bounds.getSouth(), west: bounds.getWest(), north: bounds.getNorth(), east: bounds.getEast() };
  const data = await ask(window_, { within, zoom: 0, where: filter() }).catch(complain);
  if (!data || turn !== asked) {
    return;
  }
  $("problem").textContent = "";
  $("total").textContent = number(data.stockMap.totalCount);
  const counts = Object.fromEntries(typologies.map((typology) => [typology, 0]));
  for (const { typologies: parts } of data.stockMap.spots) {
    for (const { typology, count: n } of parts) {
      counts[typology] += n;
    }
  }
  const most = Math.max(1, ...Object.values(counts));
  $("plot").replaceChildren(...typologies.map((typology) => {
    const [bar, row] = [document.createElement("i"), document.createElement("li")];
    bar.style.width = `${(100 * counts[typology]) / most}%`;
    row.append(span(word(typology)), wrapped(bar), bold(number(counts[typology])));
    return row;
  }));
}

const span = (words) => Object.assign(document.createElement("span"), { textContent: words });
const bold = (words) => Object.assign(document.createElement("b"), { textContent: words });
const word = (code) => (code === "UNKNOWN" ? text("unknown") : code.replace("_PLUS", "+"));

function wrapped(element) {
  const around = document.createElement("span");
  around.append(element);
  return around;
}

function complain(error) {
  $("problem").textContent = `${text("failed")} ${error.message}`;
}

/** A box to tick for each value; what was ticked stays so. */
function boxes(field, values) {
  const ticked = new Set([...$(field).querySelectorAll(":checked")].map(({ value }) => value));
  $(field).replaceChildren(...values.map((value) => {
    const label = document.createElement("label");
    label.append(Object.assign(document.createElement("input"), { type: "checkbox", value, checked: ticked.has(value) }), word(value));
    return label;
  }));
}

/** Writes every word in the language chosen. */
function speak() {
  document.documentElement.lang = language;
  document.title = `Guichet: ${text("title")}`;
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = text(element.dataset.text);
  }
  boxes("typologies", typologies);
  boxes("energyClasses", energyClasses);
  for (const field of ["communes", "landlords"]) {
    $(field).options[0]?.replaceChildren(text("all"));
  }
  $("legend").replaceChildren(...Object.entries(levels).map(([level, colour]) => {
    const row = document.createElement("li");
    const dot = document.createElement("i");
    dot.style.background = colour;
    row.append(dot, `${text("level")} ${level}`);
    return row;
  }));
  map.getCanvas().setAttribute("aria-label", text("map"));
  for (const [name, key] of [["zoom-in", "zoomIn"], ["zoom-out", "zoomOut"]]) {
    const button = document.querySelector(`.maplibregl-ctrl-${name}`);
    button.title = text(key);
    button.setAttribute("aria-label", text(key));
  }
}

/** The communes and landlords to choose from. */
async function offer() {
  const { communes, organisations } = await ask(choices);
  const options = (edges, value) => [new Option(text("all"), ""), ...edges.map(({ node }) => new Option(node.name, value(node)))];
  $("communes").replaceChildren(...options(communes.edges, ({ inseeCode }) => inseeCode));
  $("landlords").replaceChildren(...options(organisations.edges, ({ id }) => id));
}

function changed() {
  map.getSource("stock").setTiles(tiles());
  show();
}

$("language").value = language;
$("language").addEventListener("change", ({ target }) => {
  language = target.value;
  speak();
  show();
});
$("filters").addEventListener("change", changed);
// The form is cleared after its event.
$("filters").addEventListener("reset", () => setTimeout(changed));
$("filters").addEventListener("submit", (event) => event.preventDefault());
map.on("moveend", show);
map.once("load", show);

speak();
await offer().catch(complain);
