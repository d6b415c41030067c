// A row's page beside the list, where there is room: the address names both, j and k walk through.
// <div data-list-frame="/tickets/%s/"> says where a row's page is. On a narrow screen the page itself opens.
import htmx from "htmx.org";
import { announce, csrfToken } from "../content.js";
import { refresh } from "./news.js";

const WIDE = matchMedia("(width >= 1200px)");
const WAIT_MS = 150; // somebody who runs through the list with j does not load every page
let asked = 0;
let timer;

export function startAside() {
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("focusin", onFocus);
  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt?.id === "list" && current()) keepAddress(current());
  });
  addEventListener("popstate", () => frame() && follow());
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin, { once: true });
  else begin();
}

function begin() {
  if (frame()) follow();
}

function frame() {
  return document.querySelector("[data-list-frame]");
}

function body() {
  return document.getElementById("aside-body");
}

function current() {
  return frame()?.dataset.open ?? "";
}

function pageOf(key) {
  return frame().dataset.listFrame.replace("%s", encodeURIComponent(key));
}

// Show what the address names.
function follow() {
  const key = new URL(location.href).searchParams.get("open");
  if (!key) return hide();
  if (!WIDE.matches) return location.replace(pageOf(key));
  if (key !== current()) open(key, pageOf(key));
}

function onClick(event) {
  if (!frame()) return;
  const pressed = event.target.closest("[data-list-split]");
  if (pressed) return turn(pressed);
  if (event.target.closest("[data-list-close]")) return close();
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest("a[href]");
  if (link?.closest("#list-rows .list-lead") && beside()) {
    event.preventDefault();
    const key = link.closest("tr").dataset.key;
    open(key, pageOf(key), { push: !current() });
  } else if (link?.closest("#aside-body") && isOwn(link)) {
    event.preventDefault();
    if (link.hash && link.pathname === location.pathname) return;
    load(link.href);
  }
}

function beside() {
  return WIDE.matches && (frame().hasAttribute("data-split") || current());
}

// Links and forms of the open row's own page stay beside the list; all others lead away.
function isOwn(element) {
  const address = new URL(element.href ?? element.getAttribute("action") ?? "", location.href);
  return address.origin === location.origin && address.pathname.startsWith(pageOf(current()));
}

function turn(button) {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  frame().toggleAttribute("data-split", on);
  const asked = new FormData();
  asked.set("split", on ? "1" : "0");
  fetch(button.dataset.listSplit, { method: "POST", body: asked, headers: { "X-CSRFToken": csrfToken() } });
  if (!on) return close();
  const first = document.activeElement?.closest("#list-rows > tr") ?? document.querySelector("#list-rows > tr");
  if (!first || current()) return;
  first.querySelector("a")?.focus();
  open(first.dataset.key, pageOf(first.dataset.key), { push: true });
}

function onFocus(event) {
  if (!frame() || !current() || !WIDE.matches) return;
  const row = event.target.closest?.("#list-rows > tr");
  if (!row || row.dataset.key === current() || !event.target.closest(".list-lead")) return;
  clearTimeout(timer);
  timer = setTimeout(() => open(row.dataset.key, pageOf(row.dataset.key)), WAIT_MS);
}

// Enter on the row that is open already goes over to it; Escape comes back.
function onKey(event) {
  if (!frame() || !current()) return;
  if (event.key === "Escape" && body().contains(event.target) && !document.querySelector("dialog[open]")) {
    document.querySelector(`#list-rows > tr[data-key="${CSS.escape(current())}"] a`)?.focus();
  }
}

function open(key, address, { push = false } = {}) {
  clearTimeout(timer);
  if (key === current()) return body().focus();
  frame().dataset.open = key;
  document.getElementById("aside").hidden = false;
  document.querySelector("[data-list-whole]").href = address;
  for (const row of document.querySelectorAll("#list-rows > tr")) row.classList.toggle("row-open", row.dataset.key === key);
  keepAddress(key, push);
  load(address);
}

function keepAddress(key, push = false) {
  const address = new URL(location.href);
  if (address.searchParams.get("open") === (key || null)) return;
  if (key) address.searchParams.set("open", key);
  else address.searchParams.delete("open");
  if (push) history.pushState({ aside: key }, "", address);
  else history.replaceState(history.state, "", address);
}

function close() {
  hide();
  keepAddress("");
}

function hide() {
  if (!frame()) return;
  delete frame().dataset.open;
  document.getElementById("aside").hidden = true;
  body().replaceChildren();
  for (const row of document.querySelectorAll("#list-rows > tr.row-open")) row.classList.remove("row-open");
}

function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || !form.closest("#aside-body") || !isOwn(form)) return;
  event.preventDefault();
  if (form.matches("[hx-get], [hx-post]")) return;
  const sent = new FormData(form, event.submitter);
  load(form.action, { method: "POST", body: sent, form });
}

// Fetch a page and put its content beside the list; what a later key press asked for wins.
async function load(address, { method = "GET", body: sent, form } = {}) {
  const number = ++asked;
  body().setAttribute("aria-busy", "true");
  try {
    const headers = method === "POST" ? { "X-CSRFToken": csrfToken() } : {};
    const answer = await fetch(address, { method, body: sent, headers });
    if (number !== asked) return;
    if (new URL(answer.url).pathname.startsWith("/login")) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    fill(page.querySelector("#content > .container-fluid"), answer);
    if (form && answer.ok) done(form);
  } catch {
    if (number === asked) location.assign(method === "GET" ? address : pageOf(current()));
  } finally {
    if (number === asked) body().removeAttribute("aria-busy");
  }
}

function fill(content, answer) {
  if (!content) return location.assign(answer.url);
  content.querySelector("#messages")?.removeAttribute("id"); // the list's own page has that one
  body().replaceChildren(document.adoptNode(content));
  document.getElementById("aside").scrollTop = 0;
  htmx.process(content);
  announce(content);
  const step = content.querySelector("#step form");
  if (step && answer.url.includes("step=")) step.scrollIntoView({ block: "nearest" });
}

// What was typed is saved: its draft goes, the list hears the news.
function done(form) {
  const name = form.dataset.draft || form.getAttribute("action");
  document.dispatchEvent(new CustomEvent("draft:done", { detail: { name } }));
  refresh();
}
