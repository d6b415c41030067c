// What changed since the list was drawn, without losing selection, focus or place: the server answers 204 while nothing
// did. Rows are told apart by their keys; only what differs is drawn anew.
import htmx from "htmx.org";
import { announce } from "../content.js";
import { isSelected, redraw } from "./selection.js";

const FRESH = "X-List-Fresh";
let timer;
let running = false;

export function startNews() {
  plan();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });
}

function plan() {
  clearTimeout(timer);
  const seconds = Number(document.getElementById("list")?.dataset.poll ?? 0);
  timer = setTimeout(refresh, (seconds || 20) * 1000);
}

export async function refresh() {
  const list = document.getElementById("list");
  if (list?.dataset.poll && Number(list.dataset.poll) && !document.hidden && !running) {
    running = true;
    try {
      const goesOn = await ask(list);
      if (!goesOn) return;
    } catch {
      // no line: the next try is due in a while, the page's other requests say so
    } finally {
      running = false;
    }
  }
  plan();
}

// False when there is nobody signed in any more: nothing more is to be asked.
async function ask(list) {
  const address = new URL(location.href);
  address.searchParams.delete("open");
  const answer = await fetch(address, { headers: { [FRESH]: list.dataset.fresh, "HX-Request": "true" } });
  if (answer.status === 401 || answer.redirected) return false;
  if (answer.status !== 200) return true;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("list");
  // A page that went on meanwhile is not told the news of the one before.
  if (fresh && list.isConnected && !list.classList.contains("htmx-request")) merge(list, fresh);
  return true;
}

function merge(list, fresh) {
  list.dataset.fresh = fresh.dataset.fresh;
  replaceText("list-total", fresh);
  const [mine, theirs] = [list.querySelector("#list-rows"), fresh.querySelector("#list-rows")];
  const changed = mine && theirs && sameHeadings(list, fresh) ? mergeRows(mine, theirs) : replace("list-body", fresh);
  if (!document.getElementById("list-foot").contains(document.activeElement)) replace("list-foot", fresh);
  redraw();
  if (changed) tell();
}

function replaceText(id, fresh) {
  const text = fresh.querySelector(`#${id}`)?.textContent ?? "";
  const place = document.getElementById(id);
  if (place && place.textContent !== text) place.textContent = text;
}

function sameHeadings(list, fresh) {
  return list.querySelector("thead")?.textContent === fresh.querySelector("thead")?.textContent;
}

function replace(id, fresh) {
  const [old, part] = [document.getElementById(id), fresh.querySelector(`#${id}`)];
  if (old.innerHTML === part.innerHTML) return false;
  document.adoptNode(part);
  old.replaceWith(part);
  htmx.process(part);
  announce(part);
  return true;
}

function mergeRows(tbody, theirs) {
  const known = new Map([...tbody.rows].map((row) => [row.dataset.key, row]));
  const wanted = [...theirs.rows];
  const held = hold(tbody);
  let changed = leave(tbody, known, new Set(wanted.map((row) => row.dataset.key)));
  let place = tbody.firstElementChild;
  for (const row of wanted) {
    while (place?.classList.contains("row-gone")) place = place.nextElementSibling;
    const old = known.get(row.dataset.key);
    const mine = old ?? document.adoptNode(row);
    if (old) changed = update(old, row) || changed;
    else {
      mine.classList.add("row-new");
      changed = true;
    }
    if (mine === place) place = place.nextElementSibling;
    else tbody.insertBefore(mine, place);
  }
  held();
  return changed;
}

// Rows that are no longer in the list go, except those in use: they stay, and say so.
function leave(tbody, known, wanted) {
  let changed = false;
  for (const [key, row] of known) {
    if (wanted.has(key)) comeBack(row);
    else if (isSelected(key) || row.contains(document.activeElement) || row.classList.contains("row-open")) {
      row.classList.add("row-gone");
      row.querySelector(".list-lead").dataset.gone = document.getElementById("list-news")?.dataset.textGone ?? "";
    } else {
      row.remove();
      changed = true;
    }
  }
  return changed;
}

function comeBack(row) {
  row.classList.remove("row-gone", "row-new");
  delete row.querySelector(".list-lead").dataset.gone;
}

function update(row, fresh) {
  let changed = false;
  [...fresh.cells].forEach((cell, number) => {
    const mine = row.cells[number];
    if (mine.classList.contains("list-check") || mine.outerHTML === cell.outerHTML) return;
    const focused = mine.contains(document.activeElement);
    document.adoptNode(cell);
    mine.replaceWith(cell);
    if (focused) cell.querySelector("a, button")?.focus();
    changed = true;
  });
  return changed;
}

// What the eye or the pointer rests on stays where it is while rows come above it; gives what puts it back.
function hold(tbody) {
  const row =
    document.activeElement?.closest("#list-rows > tr") ??
    tbody.querySelector("tr:hover") ??
    tbody.querySelector("tr.row-selected") ??
    (scrollY > 0 ? [...tbody.rows].find((each) => each.getBoundingClientRect().top >= 0) : null);
  const focused = tbody.contains(document.activeElement) ? document.activeElement : null;
  const top = row?.getBoundingClientRect().top;
  return () => {
    if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
    if (row?.isConnected) scrollBy(0, row.getBoundingClientRect().top - top);
  };
}

function tell() {
  const place = document.getElementById("list-news");
  if (!place) return;
  place.textContent = "";
  requestAnimationFrame(() => (place.textContent = place.dataset.textNew));
}
