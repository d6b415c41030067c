// The icons of the installed phone app, drawn from one SVG: with round corners, and to the edge for masks.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Resvg, initWasm } from "@resvg/resvg-wasm";

const SIZES = [192, 512];

export async function drawIcons(source, target) {
  await initWasm(await readFile(createRequire(import.meta.url).resolve("@resvg/resvg-wasm/index_bg.wasm")));
  const svg = await readFile(source, "utf8");
  const masked = svg.replace(/\srx="[\d.]+"/, "");
  for (const size of SIZES) {
    await writeFile(join(target, `app-${size}.png`), draw(svg, size));
    await writeFile(join(target, `app-maskable-${size}.png`), draw(masked, size));
  }
  await writeFile(join(target, "apple-touch-icon.png"), draw(masked, 180));
}

function draw(svg, size) {
  return new Resvg(svg, { fitTo: { mode: "width", value: size } }).render().asPng();
}
