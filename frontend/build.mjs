// Bundles src/ into dist/ under stable names, with style sheets that hold only what pages use and one sprite of their icons;
// for the phone also its service worker, the list of files it needs without a network, and the icons of the app. What is
// text lies there compressed, too: the server sends that to whoever takes it.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { drawIcons } from "./build/app_icons.mjs";
import { compress } from "./build/compress.mjs";
import { purge } from "./build/css.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const work = join(here, "dist.new");
const dist = join(here, "dist");
const TARGET = ["es2022", "chrome123", "firefox120", "safari17.5"];
const NOT_OURS = new Set(["node_modules", "frontend", "staticfiles", "media"]);
// {% icon "phone" %}, icon="phone", icon: "phone" and <use href="...#phone"> name an icon.
const ICON = /\bicon["']?\s*[=:( ]\s*["']([a-z][a-z0-9-]+)["']/g;

// Step("noun", _("label"), "icon", ...): the steps of a page name theirs third.
const STEP = /\bStep\(\s*"[a-z-]+",\s*\w+\((?:"[^"]*",\s*)?"[^"]*"\),\s*"([a-z][a-z0-9-]+)"/g;
// Rooms whose Python names classes, and how (service_center/devstack/frontend.py looks at the same).
const DRAWING = /\/(?:web|templatetags)\/(?:.*\/)?\w+\.py$/;
const QUOTED = /"[^"\n]*"|'[^'\n]*'/g;

await rm(work, { recursive: true, force: true });
await mkdir(work, { recursive: true });
const built = await bundle();
await bundleWorker();
const words = await wordsOfPages();
await purge(join(work, "phone.css"), words);
await purge(join(work, "desk.css"), [...words, ...(await wordsOfPython())]);
await writeFile(join(work, "icons.svg"), await sprite(await usedIcons()));
await drawIcons(join(here, "src", "app.svg"), work);
await writeShell(built.metafile);
await writeManifest();
await compress(work);
await rm(dist, { recursive: true, force: true });
await rename(work, dist);

function bundle() {
  const entries = ["desk.js", "phone.js", "charts.js", "desk.css", "phone.css", "outbox.js", "customer.js", "theme.js"];
  return build({
    entryPoints: entries.map((name) => join(here, "src", name)),
    outdir: work,
    bundle: true,
    format: "esm",
    splitting: true,
    minify: true,
    metafile: true,
    target: TARGET,
    entryNames: "[name]",
    chunkNames: "chunk-[name]-[hash]",
    assetNames: "asset-[name]-[hash]",
    legalComments: "linked",
    logLevel: "warning",
  });
}

// One classic script: module workers are not known everywhere.
function bundleWorker() {
  return build({
    entryPoints: [join(here, "src", "offline", "worker.js")],
    outfile: join(work, "worker.js"),
    bundle: true,
    format: "iife",
    minify: true,
    target: TARGET,
    logLevel: "warning",
  });
}

async function wordsOfPages() {
  const found = [];
  for await (const file of files(join(root, "templates"), /\.html$/)) found.push(await readFile(file, "utf8"));
  for await (const file of files(join(here, "src"), /\.js$/)) found.push(await readFile(file, "utf8"));
  return found;
}

// The desk's lists and forms are drawn by Python: what stands there in quotation marks may be a class.
async function wordsOfPython() {
  const found = [];
  for await (const file of files(root, /\.py$/)) {
    if (DRAWING.test(file)) found.push(...((await readFile(file, "utf8")).match(QUOTED) ?? []));
  }
  return found;
}

// What a phone page loads at once, and what it loads on demand (the decoder of bar codes): the service worker keeps both.
async function writeShell({ outputs }) {
  const named = Object.fromEntries(Object.entries(outputs).map(([path, made]) => [basename(path), made]));
  const chunks = closure(named, ["phone.js"], "import-statement");
  const lazy = closure(named, [...chunks], "dynamic-import").filter((name) => !chunks.includes(name));
  const later = closure(named, lazy, "import-statement").filter((name) => !chunks.includes(name));
  const shell = {
    entries: ["theme.js", "phone.js", "phone.css", "icons.svg"],
    chunks: chunks.filter((name) => name !== "phone.js"),
    later,
  };
  const digest = createHash("sha256");
  for (const name of [...shell.entries, ...shell.chunks, "worker.js"]) digest.update(await readFile(join(work, name)));
  await writeFile(join(work, "shell.json"), `${JSON.stringify({ version: digest.digest("hex").slice(0, 16), ...shell })}\n`);
}

function closure(named, begin, kind) {
  const found = new Set(begin);
  for (const name of found) {
    for (const one of named[name]?.imports ?? []) {
      if (one.kind === kind && !one.external) found.add(basename(one.path));
    }
  }
  return [...found].sort();
}

async function usedIcons() {
  const found = new Map();
  for await (const file of files(root, /\.(html|py)$/)) {
    const text = await readFile(file, "utf8");
    for (const [, name] of [...text.matchAll(ICON), ...text.matchAll(STEP)]) found.set(name, relative(root, file));
  }
  for await (const file of files(join(here, "src"), /\.js$/)) {
    for (const [, name] of (await readFile(file, "utf8")).matchAll(ICON)) found.set(name, relative(root, file));
  }
  return new Map([...found].sort());
}

async function* files(directory, wanted) {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (!entry.name.startsWith(".") && !NOT_OURS.has(entry.name)) yield* files(path, wanted);
    } else if (wanted.test(entry.name)) {
      yield path;
    }
  }
}

async function sprite(names) {
  const symbols = [];
  const unknown = [];
  for (const [name, where] of names) {
    const symbol = await symbolOf(name);
    if (symbol) symbols.push(symbol);
    else unknown.push(`${name} (${where})`);
  }
  if (unknown.length) {
    console.error(`Tabler has no icon named: ${unknown.join(", ")}`);
    process.exit(1);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

// "star" is the outline drawing, "star-filled" the filled one.
async function symbolOf(name) {
  const filled = name.endsWith("-filled");
  const file = filled ? `filled/${name.slice(0, -"-filled".length)}` : `outline/${name}`;
  let svg;
  try {
    svg = await readFile(join(here, "node_modules", "@tabler", "icons", "icons", `${file}.svg`), "utf8");
  } catch {
    return null;
  }
  const shapes = svg
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
    .replace(/\s*\n\s*/g, "");
  const paint = filled
    ? 'fill="currentColor"'
    : 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${shapes}</symbol>`;
}

// Content hashes of the stable names, for whoever wants to cache for ever.
async function writeManifest() {
  const manifest = {};
  for (const name of (await readdir(work)).sort()) {
    const content = await readFile(join(work, name));
    manifest[name] = createHash("sha256").update(content).digest("hex").slice(0, 16);
  }
  await writeFile(join(work, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
}
