// The list of steps on their way: what waits, what was refused with both versions beside each other, and the receipts.
import { DONE, REFUSED, again, discard, list, onNews, photoOf, sendAgain } from "../offline/outbox.js";
import { kick } from "../offline/sender.js";
import { mark, problemOf } from "./line.js";

let user;
let page;
let names;

export async function startOutbox(person) {
  page = document.getElementById("outbox");
  if (!page) return;
  user = person;
  names = JSON.parse(document.getElementById("step-names").textContent);
  page.addEventListener("click", onAct);
  onNews(() => draw());
  await draw();
  await drawStorage();
}

let drawing; // a list drawn twice at once would show its steps twice
let stale = false;

async function draw() {
  stale = true;
  drawing ??= (async () => {
    while (stale) {
      stale = false;
      place(await list(user));
    }
  })().finally(() => {
    drawing = undefined;
  });
  await drawing;
}

function place(ops) {
  const waiting = ops.filter((op) => op.state !== DONE && op.state !== REFUSED);
  const refused = ops.filter((op) => op.state === REFUSED);
  const done = ops.filter((op) => op.state === DONE).reverse();
  fill("refused", refused, ops);
  fill("waiting", waiting, ops);
  fill("done", done, ops);
  page.querySelector("[data-empty]").hidden = waiting.length + refused.length > 0;
  page.querySelector("[data-when-unsent]").hidden = waiting.length === 0;
  page.querySelector("[data-done]").hidden = done.length === 0;
  page.querySelector("[data-done] [data-count]").textContent = done.length;
  if (waiting.length + refused.length === 0) page.querySelector("#leaving").hidden = true;
}

// What is on the page already stays, so that nothing opened closes under the finger.
function fill(name, ops, all) {
  const here = page.querySelector(`[data-list="${name}"]`);
  const known = new Map([...here.children].map((item) => [item.dataset.id, item]));
  here.replaceChildren(...ops.map((op) => item(op, all, known.get(op.id))));
}

function item(op, all, known) {
  const drawn = known ?? made(op);
  mark(drawn, op, all);
  const problem = op.state === DONE ? "" : problemOf(op);
  drawn.querySelector("[data-problem]").textContent = problem;
  drawn.querySelector("[data-problem]").hidden = !problem;
  const stuck = op.state === REFUSED || op.receipt?.status === 403;
  drawn.querySelector("[data-choices]").hidden = op.state === DONE || !stuck;
  drawn.querySelector("[data-now]").hidden = op.state === DONE || !stuck;
  return drawn;
}

function made(op) {
  const drawn = document.getElementById("outbox-item").content.cloneNode(true).firstElementChild;
  const { content } = op;
  drawn.dataset.id = op.id;
  drawn.querySelector("[data-title]").textContent = names[op.noun] ?? op.noun;
  const link = drawn.querySelector("[data-ticket]");
  link.href = `/phone/${op.ticket}/`;
  link.textContent = op.ticket;
  const time = drawn.querySelector("[data-at]");
  time.dateTime = content.at ?? "";
  time.textContent = content.at ? new Date(Date.parse(content.at) + content.offset).toLocaleString(document.documentElement.lang) : "";
  for (const [label, value] of content.shown) row(drawn.querySelector("[data-mine]"), label, value);
  const edit = drawn.querySelector("[data-edit]");
  edit.href = `/phone/${op.ticket}/?edit=${op.id}`;
  edit.hidden = Boolean(content.file) || op.unreadable;
  drawn.querySelector(".outbox-mine").addEventListener("toggle", () => showPhoto(drawn, op), { once: true });
  drawn.querySelector("[data-now]").addEventListener("toggle", () => showStanding(drawn, op));
  return drawn;
}

function row(place, label, value) {
  const term = document.createElement("dt");
  const said = document.createElement("dd");
  term.textContent = label;
  said.textContent = value || "–";
  said.className = "user-text";
  place.append(term, said);
}

async function showPhoto(drawn, op) {
  const { file } = op.content;
  const bytes = file?.type.startsWith("image/") && (await photoOf(op));
  if (!bytes) return;
  const image = drawn.querySelector("[data-photo]");
  image.src = URL.createObjectURL(new Blob([bytes], { type: file.type }));
  image.onload = () => URL.revokeObjectURL(image.src);
  image.hidden = false;
}

// What stands on the server, drawn by the server.
async function showStanding(drawn, op) {
  const query = new URLSearchParams({ noun: op.noun, since: op.content.base ?? "" });
  const response = await fetch(`/phone/${op.ticket}/now/?${query}`).catch(() => undefined);
  if (!response?.ok || response.redirected) return undefined;
  const found = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-version]");
  if (found) drawn.querySelector("[data-standing]").replaceChildren(found);
  return found ? Number(found.dataset.version) : undefined;
}

// -- choices ----------------------------------------------------------------------------------------------------------

async function onAct(event) {
  const act = event.target.closest("[data-act]")?.dataset.act;
  const drawn = event.target.closest("[data-id]");
  if (act === "send") kick();
  if (act === "send-all-again") {
    await sendAgain(user);
    kick();
  }
  if (drawn && (act === "again" || act === "discard")) await choose(act, drawn);
}

async function choose(act, drawn) {
  const op = (await list(user)).find((one) => one.id === drawn.dataset.id);
  if (!op) return;
  if (act === "again") {
    const now = await showStanding(drawn, op);
    await again(op, now ?? op.content.base);
  } else if (await isSure()) await discard(op);
  kick();
}

function isSure() {
  const dialog = document.getElementById("discard-question");
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true });
  });
}

async function drawStorage() {
  const { usage } = (await navigator.storage?.estimate?.()) ?? {};
  if (usage === undefined) return;
  const place = page.querySelector("[data-storage]");
  place.querySelector("[data-used]").textContent = `${(usage / 1048576).toFixed(1)} MB`;
  const safe = await navigator.storage.persisted?.();
  place.querySelector("[data-kept-safe]").hidden = !safe;
  place.querySelector("[data-kept-unsafe]").hidden = Boolean(safe);
  place.hidden = false;
}
