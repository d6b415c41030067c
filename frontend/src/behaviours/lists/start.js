// Lists of work: several rows at once, dialogs, news without losing one's place, a row beside the list.
import { startAside } from "./aside.js";
import { startDialogs } from "./dialogs.js";
import { startNews } from "./news.js";
import { startSelection } from "./selection.js";

export function startLists() {
  startSelection();
  startDialogs();
  startNews();
  startAside();
  document.addEventListener("htmx:beforeRequest", (event) => busy(event, true));
  document.addEventListener("htmx:afterRequest", (event) => busy(event, false));
  document.addEventListener("htmx:configRequest", sayOnlyWhatIsAsked);
}

// What a form of the list leaves open needs no place in the address.
function sayOnlyWhatIsAsked(event) {
  const { elt, formData } = event.detail;
  if (!elt.matches(".list-filters, .list-search")) return;
  for (const name of new Set(formData.keys())) {
    const said = formData.getAll(name).filter(Boolean);
    formData.delete(name);
    for (const value of said) formData.append(name, value);
  }
}

function busy(event, on) {
  if (event.detail.target?.id === "list") document.getElementById("list")?.setAttribute("aria-busy", String(on));
}
