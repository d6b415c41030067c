// Nothing typed is lost: every form that asks for words keeps them for this tab until they are saved.
//
// Kept in sessionStorage, encrypted with the person's key that the page carries (#drafts): it ends with the tab, another
// person signing in cannot read it, and signing out removes it. A page without the key (log-in) leaves drafts alone.
// The server says what became of a form by its command key: `done` (saved, and where it led) or `answered` (refused).
import { onContent, whenReady } from "./content.js";
import { show } from "./toasts.js";

const PREFIX = "draft:";
const DAY_MS = 24 * 3600 * 1000;
const CARRIED = ["command_key", "version"]; // hidden fields that belong to what was typed
const NEVER = new Set(["hidden", "file", "password", "submit", "button", "image", "reset"]);

const tracked = new Set();
const whole = new WeakSet(); // forms the server drew with what was typed: all of it counts as typed
const pending = new WeakMap(); // form -> values whose fields are not on the page yet
const latest = new WeakMap(); // form -> number of its latest change
const sent = new WeakSet(); // forms on their way to the server
let page; // {key, done, answered}; undefined on pages of nobody
let secret; // promise of the key

export function startDrafts() {
  whenReady(() => {
    const told = document.getElementById("drafts");
    if (!told || !globalThis.crypto?.subtle) return;
    page = JSON.parse(told.textContent);
    secret = readKey(page.key);
    settle();
    onContent("form", keepForm);
    document.addEventListener("htmx:load", () => tracked.forEach(takeIn));
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches('form[action$="/logout/"]')) forgetAll();
  });
  document.addEventListener("draft:done", (event) => forget(event.detail.name ?? event.detail.value));
}

function keepForm(form) {
  if (!isDrafted(form)) return;
  tracked.add(form);
  if (isAnswered(form)) {
    whole.add(form);
    keep(form);
  } else restore(form);
  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, () => {
      sent.delete(form);
      keep(form);
    });
  }
  form.addEventListener("reset", () => forget(nameOf(form)));
  form.addEventListener("submit", () => {
    sent.add(form);
    mark(nameOf(form), { sent: true, key: keyOf(form) });
  });
}

// Fields have come in: those a draft waits for are filled, those of an answered form are kept.
function takeIn(form) {
  if (whole.has(form)) keep(form);
  else fill(form, pending.get(form));
}

// A form that writes and asks for words or for several things; never one with a password.
function isDrafted(form) {
  if (!isPost(form) || form.dataset.draft === "no") return false;
  const asked = [...form.elements].filter((field) => field.name && !NEVER.has(field.type));
  if ([...form.elements].some((field) => field.type === "password")) return false;
  return Boolean(form.dataset.draft) || asked.length > 1 || asked.some((field) => field.tagName === "TEXTAREA");
}

// `form.method` would be the field of that name where there is one.
function isPost(form) {
  return form.getAttribute("method")?.toLowerCase() === "post";
}

function nameOf(form) {
  return form.dataset.draft || form.getAttribute("action") || location.pathname + location.search;
}

function keyOf(form) {
  return form.querySelector("[name=command_key]")?.value ?? "";
}

// -- what became of the forms of earlier pages ------------------------------------------------------------------------

function settle() {
  for (const name of names()) {
    const draft = read(name);
    if (!draft || Date.now() - draft.at > DAY_MS) forget(name);
    else if (draft.key && draft.key === page.answered) answer(name, draft);
    else if (draft.key in page.done) finish(name, draft);
  }
}

// Refused, or sent twice with other words: what was typed is unsent and belongs to a new form.
function answer(name, draft) {
  if ([...document.forms].some(isAnswered)) forget(name);
  else write(name, { ...draft, sent: false, key: "" });
}

function finish(name, draft) {
  if (!draft.sent) return write(name, { ...draft, key: "" });
  forget(name);
  const again = [...document.forms].some((form) => isPost(form) && nameOf(form) === name);
  if (!again || location.pathname + location.search === page.done[draft.key]) return;
  const said = document.getElementById("draft-saved")?.content.cloneNode(true);
  said?.querySelector("a").setAttribute("href", page.done[draft.key]);
  if (said) show(said, "success");
}

// The page answers this form's own sending: what the server shows is what was typed.
function isAnswered(form) {
  if (!page.answered || !isPost(form) || !keyOf(form)) return false;
  const target = new URL(form.getAttribute("action") || location.href, location.href);
  return target.pathname === location.pathname;
}

// -- keeping ----------------------------------------------------------------------------------------------------------

async function keep(form) {
  const number = (latest.get(form) ?? 0) + 1;
  latest.set(form, number);
  const name = nameOf(form);
  const values = { ...pending.get(form), ...typed(form) };
  if (!Object.keys(values).length) return forget(name);
  const carried = Object.fromEntries(CARRIED.map((each) => [each, form.querySelector(`[name=${each}]`)?.value]));
  const sealed = await seal({ values, version: carried.version });
  if (latest.get(form) === number) write(name, { ...sealed, key: carried.command_key ?? "", sent: sent.has(form), at: Date.now() });
}

// Name -> values of what differs from the page as the server drew it.
function typed(form) {
  const values = {};
  for (const field of fields(form)) {
    if (field.type === "hidden") values[field.name] = [field.value];
    else if (whole.has(form) || isChanged(form, field)) values[field.name] = valuesOf(form, field);
  }
  const carriedOnly = fields(form).every((field) => field.type === "hidden" || !(field.name in values));
  return carriedOnly ? {} : values;
}

function isChanged(form, field) {
  if (field.type === "checkbox" || field.type === "radio") {
    return group(form, field).some((each) => each.checked !== each.defaultChecked);
  }
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
  const drawn = [...field.options].filter((option) => option.defaultSelected);
  const first = drawn.length || field.multiple ? drawn : [...field.options].slice(0, 1);
  return [...field.options].some((option) => option.selected !== first.includes(option));
}

function valuesOf(form, field) {
  if (field.type === "checkbox" || field.type === "radio") {
    return group(form, field).filter((each) => each.checked).map((each) => each.value);
  }
  if (field.tagName === "SELECT") return [...field.selectedOptions].map((option) => option.value);
  return [field.value];
}

function group(form, field) {
  return [...form.elements].filter((each) => each.name === field.name && each.type === field.type);
}

function fields(form) {
  return [...form.elements].filter(
    (field) => field.name && (!NEVER.has(field.type) || field.dataset.draftKeep !== undefined),
  );
}

// -- restoring --------------------------------------------------------------------------------------------------------

async function restore(form) {
  const name = nameOf(form);
  const draft = read(name);
  if (!draft) return;
  const kept = await open(draft);
  if (!kept) return forget(name); // somebody else's
  if (draft.key) form.querySelector("[name=command_key]")?.setAttribute("value", draft.key);
  if (kept.version !== undefined) form.querySelector("[name=version]")?.setAttribute("value", kept.version);
  note(form);
  fill(form, kept.values);
  form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true, detail: kept.values }));
}

// Values whose fields come later (htmx) wait for them.
function fill(form, values) {
  if (!values) return;
  const waiting = { ...values };
  for (const field of fields(form)) {
    const kept = values[field.name];
    if (!kept || field.type === "hidden") continue;
    delete waiting[field.name];
    if (field.type === "checkbox" || field.type === "radio") field.checked = kept.includes(field.value);
    else if (field.tagName === "SELECT") for (const option of field.options) option.selected = kept.includes(option.value);
    else field.value = kept[0];
    field.dispatchEvent(new Event("restored", { bubbles: true }));
  }
  pending.set(form, waiting);
}

function note(form) {
  const said = document.getElementById("draft-restored")?.content.cloneNode(true);
  const toast = said && show(said, "info", { stays: true });
  toast?.querySelector("[data-draft-discard]").addEventListener("click", () => {
    pending.delete(form);
    form.reset();
  });
  form.addEventListener("submit", () => toast?.remove());
}

// -- the store --------------------------------------------------------------------------------------------------------

function names() {
  return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
}

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

function write(name, draft) {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(draft));
  } catch {
    const said = document.getElementById("draft-unkept");
    if (said && !said.dataset.said) show(said.content.cloneNode(true), "danger");
    if (said) said.dataset.said = "yes";
  }
}

function mark(name, changes) {
  const draft = read(name);
  if (draft) write(name, { ...draft, ...changes });
}

function forget(name) {
  if (name) sessionStorage.removeItem(PREFIX + name);
}

function forgetAll() {
  for (const name of names()) forget(name);
}

// -- the seal ---------------------------------------------------------------------------------------------------------

function readKey(text) {
  return crypto.subtle.importKey("raw", bytes(text), "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function seal(content) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(content));
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await secret, plain);
  return { iv: text(iv), box: text(new Uint8Array(box)) };
}

async function open(draft) {
  try {
    const key = await secret;
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(draft.iv) }, key, bytes(draft.box));
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    return null;
  }
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function text(array) {
  return btoa(Array.from(array, (byte) => String.fromCharCode(byte)).join(""));
}
