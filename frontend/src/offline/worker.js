// The service worker: lets the phone's pages open without a network, and watches over signing in and out. The server
// writes `self.SHELL` before this script: the version, the files every phone page needs, and those loaded on demand.
import { unsent } from "./outbox.js";
import { keepPage, keptPage, signedIn } from "./pages.js";
import { kick, signOut } from "./sender.js";
import { owner } from "./vault.js";

const { version, files, later, offline } = self.SHELL;
const CACHE = `phone-${version}`;
const PATIENCE_MS = 4000;
const PARTS = "/phone/parts/";
const KEPT = new Set([...files, ...later, PARTS]);
const HASHED = /[-.][A-Za-z0-9]{8,12}\.\w+$/;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(kick());
});
self.addEventListener("message", ({ data }) => {
  if (data === "update") self.skipWaiting();
  if (data === "later") keepAll(later);
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === "/logout/") event.respondWith(logOut(request, url));
  else if (request.method === "POST" && url.pathname === "/login/") event.respondWith(logIn(request));
  else if (request.method === "GET" && isPage(url)) event.respondWith(page(event, url.pathname));
  else if (request.method === "GET" && KEPT.has(url.pathname)) event.respondWith(file(request, url.pathname));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(noPage));
});

// -- the files of the pages -------------------------------------------------------------------------------------------

async function install() {
  await keepAll([...files, offline]);
}

async function keepAll(urls) {
  const cache = await caches.open(CACHE);
  const missing = [];
  for (const url of urls) if (!(await cache.match(url))) missing.push(new Request(url, { cache: "no-cache" }));
  await cache.addAll(missing);
}

async function activate() {
  for (const name of await caches.keys()) if (name.startsWith("phone-") && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

// A name with a hash in it never changes; the others are asked for again where there is a network.
async function file(request, path) {
  const kept = await (await caches.open(CACHE)).match(path);
  if (kept && HASHED.test(path)) return kept;
  try {
    const response = await fetch(request, kept && { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok || response.redirected) return kept ?? response;
    const copy = response.clone();
    await (await caches.open(CACHE)).put(path, copy).catch(() => {}); // a full phone shows the page all the same
    return response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

// -- the pages themselves ---------------------------------------------------------------------------------------------

function isPage({ pathname }) {
  return pathname.startsWith("/phone/") && !/\/(session|parts|now|offline)\/$/.test(pathname);
}

// From the network when it answers in time, else as it was when last seen.
async function page(event, path) {
  const kept = await keptPage(path).catch(() => undefined);
  const asked = fetch(event.request).then((response) => {
    if (response.ok) event.waitUntil(keepPage(path, response.clone()).catch(() => {}));
    return response;
  });
  try {
    const response = await (kept ? Promise.race([asked, tooLong()]) : asked);
    return response.status >= 500 && kept ? kept : response;
  } catch {
    event.waitUntil(asked.catch(() => {}));
    return kept ?? noPage();
  }
}

async function noPage() {
  return (await caches.match(offline)) ?? Response.error();
}

function tooLong() {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error("no answer in time")), PATIENCE_MS);
  });
}

// -- who is here ------------------------------------------------------------------------------------------------------

// Signing out with steps unsent is asked for once more; then the key goes.
async function logOut(request, url) {
  const person = await owner().catch(() => undefined);
  const waiting = person === undefined ? [] : await unsent(person);
  if (waiting.length && !url.searchParams.has("anyway")) return Response.redirect("/phone/outbox/?leaving=1", 303);
  try {
    const response = await fetch(request);
    if (response.type !== "opaqueredirect" && !response.ok) return response;
    await signOut();
    await (await caches.open(CACHE)).delete(PARTS);
    return response;
  } catch {
    return noPage();
  }
}

async function logIn(request) {
  const response = await fetch(request);
  if (response.type === "opaqueredirect") await signedIn().catch(() => {});
  return response;
}
