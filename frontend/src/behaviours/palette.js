// The command palette: <dialog id="palette"> with a search field that htmx fills [data-palette-results] from.
// Ctrl+K opens it; arrow keys walk through the links, Enter follows the marked one.
export function startPalette() {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return toggle(event);
    if (!palette()?.open) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") return move(event);
    if (event.key === "Enter" && marked()) {
      event.preventDefault();
      marked().click();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) toggle(event);
    else if (event.target === palette()) palette().close();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.matches("[data-palette-results]")) mark(options()[0]);
  });
}

function toggle(event) {
  const dialog = palette();
  if (!dialog) return;
  event.preventDefault();
  if (dialog.open) return dialog.close();
  dialog.showModal();
  dialog.querySelector("input")?.select();
}

function move(event) {
  const all = options();
  if (!all.length) return;
  event.preventDefault();
  const step = event.key === "ArrowDown" ? 1 : -1;
  mark(all[(all.indexOf(marked()) + step + all.length) % all.length]);
}

function mark(option) {
  for (const each of options()) {
    each.classList.toggle("active", each === option);
    each.setAttribute("aria-selected", String(each === option));
  }
  const field = palette().querySelector("input");
  if (option?.id) field?.setAttribute("aria-activedescendant", option.id);
  option?.scrollIntoView({ block: "nearest" });
}

function marked() {
  return options().find((option) => option.classList.contains("active"));
}

function options() {
  return [...palette().querySelectorAll("[data-palette-results] [role=option]")];
}

function palette() {
  return document.getElementById("palette");
}
