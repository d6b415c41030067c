// The command palette (Ctrl+K): a field over choices that the server gives for what is typed on this page.
// Arrow keys and Enter choose; what cannot be chosen says why; Enter on nothing searches everywhere.
import { onContent } from "./content.js";
import { isComposing, Options } from "./options.js";

const WAIT_MS = 120;
let dialog;
let options;
let asked = 0;
let timer;

export function startPalette() {
  onContent("#palette", (found) => {
    dialog = found;
    options = new Options(dialog.querySelector("input"), dialog.querySelector("[role=listbox]"));
    options.field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, WAIT_MS);
    });
    dialog.addEventListener("keydown", strike);
    dialog.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) take(option, event);
      else if (event.target === dialog) dialog.close();
    });
  });
  document.addEventListener("shortcut:palette", (event) => {
    event.preventDefault();
    toggle();
  });
  document.addEventListener("click", (event) => event.target.closest("[data-palette-open]") && toggle());
}

function toggle() {
  if (!dialog) return;
  if (dialog.open) return void dialog.close();
  options.field.value = "";
  delete options.list.dataset.answers;
  dialog.showModal();
  look();
}

function strike(event) {
  if (isComposing(event) || options.walk(event) || event.key !== "Enter") return;
  event.preventDefault();
  enter(event);
}

// Who types fast presses Enter before the answer to it is there: what stood there before is not taken for it.
async function enter(event) {
  if (options.list.dataset.answers !== options.field.value && !(await look())) return;
  if (options.marked()) take(options.marked(), event);
  else if (options.field.value.trim()) search();
}

// True when the answer to what is typed stands there.
async function look() {
  clearTimeout(timer);
  const number = ++asked;
  const text = options.field.value;
  const address = new URL(options.field.dataset.palette, location.href);
  address.search = new URLSearchParams({ q: text, here: location.pathname });
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (number !== asked || !answer?.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  options.list.replaceChildren(...page.body.childNodes);
  options.list.dataset.answers = text;
  options.mark(options.all().find((option) => option.getAttribute("aria-disabled") !== "true"));
  return true;
}

function take(option, event) {
  if (option.getAttribute("aria-disabled") === "true") return;
  if (option.dataset.url && (event.ctrlKey || event.metaKey)) return void window.open(option.dataset.url, "_blank", "noopener");
  dialog.close();
  if (option.dataset.press) document.querySelector(option.dataset.press)?.click();
  else location.assign(option.dataset.url);
}

function search() {
  location.assign(`${options.field.dataset.search}?${new URLSearchParams({ q: options.field.value.trim() })}`);
}
