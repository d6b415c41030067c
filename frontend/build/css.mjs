// A style sheet without the rules no page can use: Tabler is made for every screen, we have a few.
// A class is used when pages or scripts name it; a name that ends in a hyphen (alert-{{ level }}) keeps all it may become.
import { readFile, writeFile } from "node:fs/promises";
import postcss from "postcss";

const NESTED = /:(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)/g;
const CLASS = /\.((?:\\.|[\w-])+)/g;

export async function purge(path, texts) {
  const words = new Set();
  for (const text of texts) for (const word of text.match(/[A-Za-z][\w-]*/g) ?? []) words.add(word);
  const beginnings = [...words].filter((word) => /^\w{2,}.*-$/.test(word));
  const isUsed = (name) => words.has(name) || beginnings.some((beginning) => name.startsWith(beginning));
  const sheet = postcss.parse(await readFile(path, "utf8"));
  sheet.walkRules((rule) => {
    if (rule.parent.type === "atrule" && /keyframes$/.test(rule.parent.name)) return;
    const kept = rule.selectors.filter((selector) => classesOf(selector).every(isUsed));
    if (kept.length) rule.selectors = kept;
    else rule.remove();
  });
  sheet.walkAtRules((rule) => {
    if (rule.nodes && !rule.nodes.length) rule.remove();
  });
  await writeFile(path, sheet.toString());
}

function classesOf(selector) {
  return [...selector.replace(NESTED, "").matchAll(CLASS)].map(([, name]) => name.replace(/\\/g, ""));
}
