// What every page of the phone does: opens the person's store, counts what is not sent, sends, and says what is wrong.
import { show } from "../behaviours/toasts.js";
import { REFUSED, lost, mark, onNews, unsent } from "../offline/outbox.js";
import { kick, session, signOut } from "../offline/sender.js";
import { keyOf, leaveTo, unlock } from "../offline/vault.js";
import { nowSending } from "./line.js";

const EVERY_MS = 60_000;
const { body } = document;

// The person whose pages these are, once their store is open; undefined where this browser cannot keep anything.
export async function startApp() {
  const user = Number(body.dataset.user);
  if (!user) return undefined;
  if (body.dataset.kept) noteKept(body.dataset.kept);
  try {
    await openStore(user);
    await tellLoss(user);
  } catch {
    body.dataset.broken = "yes";
    note("broken", true);
    return undefined;
  }
  watch(user);
  await count(user);
  navigator.storage?.persist?.();
  kick();
  return user;
}

// Without a key yet (first time here, or somebody else was) the server is asked for what makes it.
async function openStore(user) {
  await leaveTo(user);
  if (await keyOf(user)) return;
  const person = await session().catch(() => null);
  if (person?.user === user) await unlock(person);
  else say("locked", "warning");
}

function watch(user) {
  onNews((news) => {
    if (news.kind !== "changed") nowSending(news.id ?? "");
    if (news.kind === "signed-out") note("signed-out", true);
    if (news.kind === "left") location.reload();
    if (news.kind === "sending" || news.kind === "changed") note("signed-out", false);
    count(user);
  });
  addEventListener("online", kick);
  document.addEventListener("visibilitychange", () => document.hidden || kick());
  setInterval(kick, EVERY_MS);
  document.addEventListener("click", onAct);
  document.addEventListener("submit", onLogOut, true);
}

async function count(user) {
  const waiting = await unsent(user);
  const badge = document.querySelector("#unsent [data-count]");
  badge.textContent = waiting.length;
  badge.hidden = waiting.length === 0;
  body.dataset.unsent = waiting.length;
  note("refused", waiting.some(({ state }) => state === REFUSED) && !document.getElementById("outbox"));
  return waiting;
}

// -- notes on top of the page -----------------------------------------------------------------------------------------

export function note(name, shown) {
  const place = document.querySelector(`[data-note="${name}"]`);
  if (place) place.hidden = !shown;
  return place;
}

function noteKept(at) {
  const time = note("kept", true).querySelector("time");
  time.dateTime = at;
  const style = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };
  time.textContent = new Date(at).toLocaleString(document.documentElement.lang, style);
}

async function tellLoss(user) {
  const gone = await lost(user);
  if (!gone.length) return mark(user);
  const said = gone.map(({ ticket, title }) => `${ticket} ${title ?? ""}`.trim()).join(", ");
  note("lost", true).querySelector("[data-lost]").textContent = said;
  return undefined;
}

// One of the page's short messages, by its name; said again, it takes the place of the one before.
export function say(name, level) {
  const place = document.getElementById("toasts");
  const text = place.dataset[`text${name[0].toUpperCase()}${name.slice(1)}`];
  for (const old of [...place.children]) if (old.textContent.trim() === text) old.remove();
  show(text, level);
}

// -- what is pressed --------------------------------------------------------------------------------------------------

function onAct(event) {
  const act = event.target.closest("[data-act]")?.dataset.act;
  if (act === "loss-seen") {
    mark(Number(body.dataset.user));
    note("lost", false);
  }
  if (act === "update") navigator.serviceWorker.getRegistration().then((found) => found?.waiting?.postMessage("update"));
}

// Signing out where no service worker watches over it.
async function onLogOut(event) {
  const form = event.target;
  if (!form.matches('form[action*="/logout/"]') || navigator.serviceWorker?.controller || form.dataset.left) return;
  event.preventDefault();
  if (Number(body.dataset.unsent) && !form.action.includes("anyway")) {
    location.assign("/phone/outbox/?leaving=1");
    return;
  }
  form.dataset.left = "yes";
  await signOut();
  form.requestSubmit();
}

// -- the app on the home screen ---------------------------------------------------------------------------------------

// Resolves when a service worker is there, so that pages can be kept.
export async function startWorker() {
  if (!("serviceWorker" in navigator) || !body.dataset.worker) return;
  const had = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => had && location.reload());
  const found = await navigator.serviceWorker.register(body.dataset.worker, { scope: "/" });
  const offer = () => found.waiting && navigator.serviceWorker.controller && note("update", true);
  offer();
  found.addEventListener("updatefound", () => found.installing?.addEventListener("statechange", offer));
  onNews(({ kind }) => kind === "changed" && found.sync?.register("outbox").catch(() => {}));
  await navigator.serviceWorker.ready;
  if (had) found.active?.postMessage("later");
}

export function startInstall() {
  const button = document.getElementById("install");
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    button.hidden = false;
    button.onclick = () => event.prompt().finally(() => (button.hidden = true));
  });
}

