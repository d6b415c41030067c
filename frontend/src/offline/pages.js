// Pages of the phone that can be read without a network: sealed like the steps, of the person signed in and nobody else.
import { store, write } from "./store.js";
import { keyOf, leaveTo, open, owner, seal } from "./vault.js";

const KEPT_HEADERS = ["Content-Type", "Content-Security-Policy", "Content-Language", "Referrer-Policy"];

// Keep a page the server has just given. A page of another person ends the log-in that was here before.
export async function keepPage(url, response) {
  const whose = Number(response.headers.get("Phone-Owner"));
  if (!whose || !response.ok) return;
  const here = await owner();
  if (here !== undefined && here !== whose) await leaveTo(whose);
  await (await store()).delete("device", "guest");
  const key = await keyOf(whose);
  if (!key) return;
  const headers = KEPT_HEADERS.map((name) => [name, response.headers.get(name)]).filter(([, value]) => value);
  const content = { html: await response.text(), headers, at: response.headers.get("Date") };
  const version = response.headers.get("Phone-Version") ?? "";
  const page = { url, owner: whose, version, ...(await seal(key, content, `page ${url}`)) };
  await write(["pages"], (change) => change.objectStore("pages").put(page));
}

// The kept page as an answer, marked with the server's time of it; undefined when there is none for who is signed in.
export async function keptPage(url) {
  const db = await store();
  const page = await db.get("pages", url);
  if (!page || (await db.get("device", "guest"))) return undefined;
  try {
    const { html, headers, at } = await open(await keyOf(page.owner), page, `page ${url}`);
    const marked = html.replace("<body ", `<body data-kept="${new Date(at).toISOString()}" `);
    return new Response(marked, { headers: [...headers, ["Cache-Control", "no-store"]] });
  } catch {
    return undefined;
  }
}

// Somebody has signed in: what is kept is shown to nobody until the server has said who it is.
export async function signedIn() {
  await (await store()).put("device", { name: "guest" });
}

export async function versions() {
  const pages = await (await store()).getAll("pages");
  return new Map(pages.map(({ url, version }) => [url, version]));
}

// Keep today's jobs only.
export function forgetOthers(urls) {
  return write(["pages"], async (change) => {
    for await (const cursor of change.store) if (!urls.includes(cursor.key)) await cursor.delete();
  });
}
