// <div data-suggest="#words" data-suggest-also="#id_subject"> with a text field: a combobox over the JSON of #words,
// rows of [text, initials, line]. Two letters of pinyin or two characters find a text, Enter takes it; anything else
// may be typed as well. The text goes into the other field, too, while that is empty.
import { onContent } from "./content.js";
import { isComposing, Options } from "./options.js";

const SHOWN = 8;

export function startSuggesting() {
  onContent("[data-suggest]", (box) => new Suggestions(box));
}

class Suggestions {
  constructor(box) {
    this.box = box;
    this.field = box.querySelector("input[type=text], input:not([type])");
    this.words = JSON.parse(document.querySelector(box.dataset.suggest).textContent);
    this.list = this.makeList();
    this.options = new Options(this.field, this.list);
    this.field.addEventListener("input", (event) => event.isComposing || this.show());
    this.field.addEventListener("compositionend", () => this.show());
    this.field.addEventListener("keydown", (event) => this.press(event));
    this.field.addEventListener("blur", () => this.hide());
  }

  makeList() {
    const list = document.createElement("ul");
    list.className = "dropdown-menu combo-list";
    list.id = `${this.field.id}-list`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", this.box.querySelector("label")?.textContent ?? "");
    list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const option = event.target.closest("[role=option]");
      if (option) this.take(option.textContent);
    });
    this.box.append(list);
    const tells = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
    for (const [name, value] of Object.entries(tells)) this.field.setAttribute(name, value);
    return list;
  }

  // Those of the chosen machine's line before those of every line; no other line's.
  found() {
    const typed = this.field.value.trim().toLowerCase();
    if (!typed) return [];
    const line = document.querySelector("input[name=unit]:checked")?.dataset.line;
    return this.words
      .filter(([text, initials, own]) => {
        if (line && own && own !== line) return false;
        return initials.startsWith(typed) || text.toLowerCase().includes(typed);
      })
      .sort((one, other) => Boolean(other[2]) - Boolean(one[2]))
      .slice(0, SHOWN)
      .map(([text]) => text);
  }

  show() {
    const texts = this.found();
    if (!texts.length || texts.includes(this.field.value)) return this.hide();
    this.list.replaceChildren(
      ...texts.map((text, position) => {
        const option = document.createElement("li");
        option.id = `${this.list.id}-${position}`;
        option.className = "dropdown-item";
        option.setAttribute("role", "option");
        option.textContent = text;
        return option;
      }),
    );
    this.list.classList.add("show");
    this.field.setAttribute("aria-expanded", "true");
    this.options.first();
  }

  hide() {
    this.list.classList.remove("show");
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  press(event) {
    if (isComposing(event) || !this.list.classList.contains("show")) return;
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) this.take(this.options.marked().textContent);
    else if (event.key === "Escape") this.hide();
    else if (!this.options.walk(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  take(text) {
    this.hide();
    write(this.field, text);
    const other = document.querySelector(this.box.dataset.suggestAlso ?? "none");
    if (other && other.value === "") write(other, text);
    this.field.dispatchEvent(new CustomEvent("suggest:taken", { bubbles: true }));
  }
}

function write(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
