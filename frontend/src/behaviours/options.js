// The options of a combobox: one is marked, the field says which (aria-activedescendant), arrow keys walk through.
export class Options {
  constructor(field, list) {
    this.field = field;
    this.list = list;
  }

  all() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  marked() {
    return this.all().find((option) => option.getAttribute("aria-selected") === "true");
  }

  mark(option) {
    for (const each of this.all()) {
      each.classList.toggle("active", each === option);
      each.setAttribute("aria-selected", String(each === option));
    }
    if (option) {
      this.field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else this.field.removeAttribute("aria-activedescendant");
  }

  first() {
    this.mark(this.all()[0]);
  }

  // True when the key was an arrow and is done with.
  walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = this.all();
    if (!step || !all.length) return false;
    event.preventDefault();
    this.mark(all[(all.indexOf(this.marked()) + step + all.length) % all.length]);
    return true;
  }
}

// An input method is writing: its keys are not ours.
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229 || event.key === "Process";
}
