// Keys: an element with data-shortcut="g t" is clicked (or focused, if it is a field) by typing g, then t.
// "?" opens #shortcuts; Ctrl+Enter sends the form one is in; Escape leaves a field.
const NEXT_KEY_MS = 1200;

export function startShortcuts() {
  let typed = [];
  let timer;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return submitForm(event);
    if (event.key === "Escape" && isField(event.target)) return event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isField(event.target)) return;
    if (event.key.length !== 1) return;
    clearTimeout(timer);
    timer = setTimeout(() => (typed = []), NEXT_KEY_MS);
    typed = [...typed, event.key].slice(-3);
    if (event.key === "?") return openHelp(event);
    const found = target(typed);
    if (found) {
      event.preventDefault();
      typed = [];
      reach(found);
    }
  });
}

function target(typed) {
  for (let start = 0; start < typed.length; start += 1) {
    const keys = typed.slice(start).join(" ");
    const found = [...document.querySelectorAll("[data-shortcut]")].find(
      (element) => element.dataset.shortcut === keys && element.checkVisibility(),
    );
    if (found) return found;
  }
  return null;
}

function reach(element) {
  if (isField(element)) element.focus();
  else element.click();
}

function submitForm(event) {
  const form = event.target.closest?.("form");
  if (form) {
    event.preventDefault();
    form.requestSubmit();
  }
}

function openHelp(event) {
  const help = document.getElementById("shortcuts");
  if (help?.showModal && !help.open) {
    event.preventDefault();
    help.showModal();
  }
}

function isField(element) {
  return element instanceof Element && element.matches("input, textarea, select, [contenteditable]");
}
