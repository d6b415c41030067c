// Text templates while typing: a long text of a form with data-phrases="/tickets/T-1/phrases/" says by data-phrase-kind
// which ones it takes. The button under it, or ";" where a word could begin, opens #phrases; Enter puts the words in.
import { onContent } from "./content.js";
import { isComposing, Options } from "./options.js";

const WAIT_MS = 150;
let options;
let target; // the text being written
let typed = ""; // the key that opened the list, wanted as a letter when nothing is taken
let asked = 0;
let timer;

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
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT_MS);
  });
  dialog.addEventListener("keydown", (event) => {
    if (isComposing(event) || options.walk(event)) return;
    if (event.key !== "Enter") return;
    event.preventDefault();
    enter();
  });
  dialog.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
    else if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    clearTimeout(timer);
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
  delete options.list.dataset.answers;
  dialog.showModal();
  look();
}

// What stood there before is not taken for what was typed since.
async function enter() {
  if (options.list.dataset.answers !== options.field.value && !(await look())) return;
  if (target && options.marked()) take(options.marked());
}

// True when the answer to what is typed stands there.
async function look() {
  clearTimeout(timer);
  if (!target) return false;
  const number = ++asked;
  const text = options.field.value;
  const address = new URL(target.form.dataset.phrases, location.href);
  address.search = new URLSearchParams({ kind: target.dataset.phraseKind, q: text });
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (number !== asked || !target || !answer?.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  options.list.replaceChildren(...page.body.childNodes);
  options.list.dataset.answers = text;
  options.first();
  return true;
}

function take(option) {
  const field = target;
  target = null;
  document.getElementById("phrases").close();
  field.focus();
  insert(field, option.dataset.text);
}

// As if typed, so that the browser's own undo takes it back; where it cannot, the value is set. Right after a dialog the
// field has the focus but nothing is selected in it yet as the browser sees it.
function insert(field, text) {
  field.setSelectionRange(field.selectionStart, field.selectionEnd);
  if (document.execCommand?.("insertText", false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
