// Which rows are selected: by their boxes, a range with Shift, all of the page, x on the row with the focus.
import { onContent } from "../content.js";

const selected = new Set();
let anchor = null; // the row a range begins at

export function startSelection() {
  onContent("#list", (list) => {
    const here = new Set(rows().map((row) => row.dataset.key));
    for (const key of selected) if (!here.has(key)) selected.delete(key);
    anchor = null;
    draw(list);
  });
  document.addEventListener("click", onClick);
  document.addEventListener("change", onChange);
  document.addEventListener("keydown", onKey);
  document.addEventListener("shortcut:row-select", (event) => strike(event, false));
  document.addEventListener("shortcut:row-range", (event) => strike(event, true));
}

export function selection() {
  return [...selected];
}

export function isSelected(key) {
  return selected.has(key);
}

export function deselect(keys) {
  for (const key of keys) selected.delete(key);
  redraw();
}

// Draw boxes and bar as the selection is: after rows came, went or were drawn anew.
export function redraw() {
  const list = document.getElementById("list");
  if (list) draw(list);
}

function rows() {
  return [...document.querySelectorAll("#list-rows > tr")];
}

function boxOf(row) {
  return row.querySelector(".list-check input");
}

function onClick(event) {
  if (event.target.closest("[data-list-none]")) return clear();
  const cell = event.target.closest("#list-rows .list-check");
  if (!cell) return;
  const box = cell.querySelector("input");
  if (event.target !== box) box.click(); // the whole cell is the target
  else if (event.shiftKey && anchor) range(box.closest("tr"), box.checked);
  else anchor = box.closest("tr");
}

function onChange(event) {
  if (event.target.matches("[data-list-all]")) {
    for (const row of rows()) mark(row, event.target.checked);
    redraw();
  } else if (event.target.matches("#list-rows .list-check input")) {
    mark(event.target.closest("tr"), event.target.checked);
    redraw();
  }
}

function onKey(event) {
  if (event.key === "Escape" && selected.size && !document.querySelector("dialog[open], details[open]")) clear();
}

// x on the row with the focus; X from the row before to here.
function strike(event, ranged) {
  const row = document.activeElement?.closest("#list-rows > tr");
  if (!row || !boxOf(row)) return;
  event.preventDefault();
  if (ranged && anchor) range(row, true);
  else mark(row, !selected.has(row.dataset.key));
  anchor = row;
  redraw();
}

function range(to, on) {
  const all = rows();
  const [first, last] = [all.indexOf(anchor), all.indexOf(to)].sort((a, b) => a - b);
  if (first >= 0) for (const row of all.slice(first, last + 1)) mark(row, on);
  anchor = to;
  redraw();
}

function mark(row, on) {
  if (!boxOf(row)) return;
  if (on) selected.add(row.dataset.key);
  else selected.delete(row.dataset.key);
}

function clear() {
  selected.clear();
  redraw();
}

function draw(list) {
  const all = rows().filter(boxOf);
  for (const row of all) {
    const on = selected.has(row.dataset.key);
    boxOf(row).checked = on;
    row.classList.toggle("row-selected", on);
  }
  const whole = list.querySelector("[data-list-all]");
  if (whole) {
    whole.checked = all.length > 0 && all.every((row) => selected.has(row.dataset.key));
    whole.indeterminate = selected.size > 0 && !whole.checked;
  }
  for (const place of document.querySelectorAll("[data-list-count]")) place.textContent = selected.size;
  const bar = list.querySelector("[data-list-bar]");
  if (bar) bar.hidden = selected.size === 0;
}
