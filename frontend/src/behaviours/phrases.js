// Text templates while typing: a long text of a form with data-phrases="/tickets/T-1/phrases/" says by data-phrase-kind
// which ones it takes. The button under it, or ";" where a word could begin, opens #phrases; Enter puts the words in.
import { onContent } from "./content.js";
import { isComposing, Options } from "./options.js";

const WAIT_MS = 150;
let options;
let target; // the text being written
let typed = ""; // the key that opened the list, wanted as a letter when nothing is taken
let asked = 0;

export function startPhrases() {
  onContent("form[data-phrases] textarea[data-phrase-kind]", (field) => {
    const button = document.getElementById("phrase-button")?.content.cloneNode(true).firstElementChild;
    if (!button) return;
    field.after(button);
    button.addEventListener("click", () => open(field, ""));
  });
  document.addEventListener("shortcut:phrase", (event) => {
    const { target: field, key } = event.detail;
    if (!field.matches?.("form[data-phrases] textarea[data-phrase-kind]")) return;
    if (!/(^|\s)$/.test(field.value.slice(0, field.selectionStart))) return;
    event.preventDefault();
    open(field, key);
  });
  onContent("#phrases", begin);
}

function begin(dialog) {
  const field = dialog.querySelector("input");
  options = new Options(field, dialog.querySelector("[role=listbox]"));
  let timer;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT_MS);
  });
  dialog.addEventListener("keydown", (event) => {
    if (isComposing(event) || options.walk(event)) return;
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (options.marked()) take(options.marked());
  });
  dialog.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
    else if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    const field = target;
    target = null;
    if (!field) return;
    field.focus();
    if (typed) insert(field, typed);
  });
}

function open(field, key) {
  const dialog = document.getElementById("phrases");
  target = field;
  typed = key;
  options.field.value = "";
  options.list.replaceChildren();
  dialog.showModal();
  look();
}

async function look() {
  const number = ++asked;
  const address = new URL(target.form.dataset.phrases, location.href);
  address.search = new URLSearchParams({ kind: target.dataset.phraseKind, q: options.field.value });
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (number !== asked || !target || !answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  options.list.replaceChildren(...page.body.childNodes);
  options.first();
}

function take(option) {
  const field = target;
  target = null;
  document.getElementById("phrases").close();
  field.focus();
  insert(field, option.dataset.text);
}

// As if typed, so that the browser's own undo takes it back; where it cannot, the value is set.
function insert(field, text) {
  if (document.execCommand?.("insertText", false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
