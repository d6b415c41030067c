// Forms about a list in a dialog: keeping a view, doing something to the selected rows. The link's page holds the form;
// without this script the page itself is shown.
import htmx from "htmx.org";
import { announce } from "../content.js";
import { show } from "../toasts.js";
import { refresh } from "./news.js";
import { deselect, redraw, selection } from "./selection.js";

export function startDialogs() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-list-dialog]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) open(event, link);
    if (event.target.closest("#list-dialog [data-dialog-close]")) close(event);
  });
  document.addEventListener("submit", addRows, true);
  document.addEventListener("list:acted", (event) => {
    deselect(event.detail.done ?? []);
    refresh();
  });
}

function dialog() {
  return document.getElementById("list-dialog");
}

async function open(event, link) {
  if (!dialog()) return;
  event.preventDefault();
  const body = await bodyOf(addressOf(link));
  if (!body) return show(dialog().dataset.textFailed, "danger");
  dialog().replaceChildren(body);
  for (const menu of document.querySelectorAll("details.dropdown-details[open]")) menu.open = false;
  htmx.process(body);
  announce(body);
  redraw();
  if (!dialog().open) dialog().showModal();
  const field = body.querySelector("input:not([type=hidden]), select, textarea") ?? body.querySelector("button");
  field?.focus();
}

// Where the page itself works on all rows, they stand in its address.
function addressOf(link) {
  const address = new URL(link.href);
  if (link.dataset.listDialog === "rows") for (const key of selection()) address.searchParams.append("row", key);
  return address.href;
}

async function bodyOf(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const body = page.querySelector("[data-dialog-body]");
    const form = body?.querySelector("form[method=post]:not([action])");
    form?.setAttribute("action", address); // the form posts where its page is, not where the list is
    return body && document.adoptNode(body);
  } catch {
    return null;
  }
}

function close(event) {
  event.preventDefault();
  dialog().close();
}

// The rows are those selected when the form is sent.
function addRows(event) {
  const form = event.target;
  if (!form.matches("[data-list-act]")) return;
  for (const old of form.querySelectorAll("input[name=row]")) old.remove();
  for (const key of selection()) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "row", value: key });
    form.append(field);
  }
}
