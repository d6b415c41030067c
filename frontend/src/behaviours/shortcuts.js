// Keys. The help of "?" (#shortcuts) is the only table: each [data-keys] in it says which keys, what they do and where.
// data-does is "go", "press", "focus" (with data-on), or an event: behaviours listen to "shortcut:<does>".
import { onContent } from "./content.js";
import { isComposing } from "./options.js";

const NEXT_KEY_MS = 1200;
// A Chinese input method types these even where nothing is written.
const WIDE = { "？": "?", "、": "/", "／": "/", "；": ";", "。": "." };
const BUILT_IN = { go, press, focus, help, leave, submit, open: () => false };

let typed = [];
let timer;

export function startShortcuts() {
  document.addEventListener("keydown", strike);
  onContent("[data-help]", (button) => button.addEventListener("click", help));
}

function strike(event) {
  if (isComposing(event) || event.altKey || event.defaultPrevented) return;
  const stroke = nameOf(event);
  if (!stroke) return;
  clearTimeout(timer);
  timer = setTimeout(() => (typed = []), NEXT_KEY_MS);
  typed = [...typed, stroke].slice(-3);
  const found = bound(event);
  if (!found || !perform(found, event)) return;
  event.preventDefault();
  typed = [];
}

function nameOf(event) {
  const key = WIDE[event.key] ?? event.key;
  if (["Control", "Meta", "Shift", "Process"].includes(key)) return "";
  return event.ctrlKey || event.metaKey ? `Mod+${key.length === 1 ? key.toLowerCase() : key}` : key;
}

// The longest row that ends with the key just pressed and means something here.
function bound(event) {
  const rows = [...document.querySelectorAll("#shortcuts [data-keys]")];
  for (let start = 0; start < typed.length; start += 1) {
    const keys = typed.slice(start).join(" ");
    const found = rows.find((row) => row.dataset.keys === keys && isHere(row) && hears(row, event));
    if (found) return found;
  }
  return null;
}

function isHere(row) {
  return !row.dataset.where || Boolean(document.querySelector(row.dataset.where));
}

function hears(row, event) {
  if (row.dataset.typing !== undefined) return true;
  return !isField(event.target) && !document.querySelector("dialog[open]");
}

function perform(row, event) {
  const act = BUILT_IN[row.dataset.does];
  if (act) return act(event, row.dataset.on);
  const call = new CustomEvent(`shortcut:${row.dataset.does}`, { cancelable: true, detail: event });
  return !document.dispatchEvent(call); // a listener that acted prevents the default
}

function go(event, address) {
  location.assign(address);
  return true;
}

function visible(selector) {
  return [...document.querySelectorAll(selector)].find((element) => element.checkVisibility());
}

function press(event, selector) {
  visible(selector)?.click();
  return Boolean(visible(selector));
}

function focus(event, selector) {
  const field = visible(selector);
  field?.focus();
  field?.select?.();
  return Boolean(field);
}

function help() {
  const dialog = document.getElementById("shortcuts");
  if (!dialog || dialog.open) return false;
  for (const row of dialog.querySelectorAll("[data-keys]")) row.hidden = !isHere(row);
  for (const section of dialog.querySelectorAll("section")) {
    section.hidden = !section.querySelector("[data-keys]:not([hidden])");
  }
  dialog.showModal();
  return true;
}

// Out of a field; an open dialog closes by itself.
function leave(event) {
  if (document.querySelector("dialog[open]") || !isField(event.target)) return false;
  event.target.blur();
  return true;
}

function submit(event) {
  const form = event.target.closest?.("form");
  form?.requestSubmit();
  return Boolean(form);
}

function isField(element) {
  return element instanceof Element && element.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}
