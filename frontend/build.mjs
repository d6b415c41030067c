// Bundles src/ into dist/ under stable names, and makes one sprite of the icons that pages really use.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const work = join(here, "dist.new");
const dist = join(here, "dist");
const NOT_OURS = new Set(["node_modules", "frontend", "staticfiles", "media"]);
// {% icon "phone" %}, icon="phone", icon: "phone" and <use href="...#phone"> name an icon.
const ICON = /\bicon["']?\s*[=:( ]\s*["']([a-z][a-z0-9-]+)["']/g;

// Step("noun", _("label"), "icon", ...): the steps of a page name theirs third.
const STEP = /\bStep\(\s*"[a-z-]+",\s*\w+\((?:"[^"]*",\s*)?"[^"]*"\),\s*"([a-z][a-z0-9-]+)"/g;

await rm(work, { recursive: true, force: true });
await mkdir(work, { recursive: true });
await bundle();
await writeFile(join(work, "icons.svg"), await sprite(await usedIcons()));
await writeManifest();
await rm(dist, { recursive: true, force: true });
await rename(work, dist);

async function bundle() {
  await build({
    entryPoints: ["desk.js", "phone.js", "charts.js", "desk.css", "phone.css"].map((name) => join(here, "src", name)),
    outdir: work,
    bundle: true,
    format: "esm",
    splitting: true,
    minify: true,
    target: ["es2022", "chrome123", "firefox120", "safari17.5"],
    entryNames: "[name]",
    chunkNames: "chunk-[name]-[hash]",
    assetNames: "asset-[name]-[hash]",
    legalComments: "linked",
    logLevel: "warning",
  });
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
