// Short messages. The server sends them with `HX-Trigger: {"toast": {"text": "...", "level": "success"}}`;
// the page's texts for trouble on the line stand in data-text-offline and data-text-error of #toasts.
import { whenReady } from "./content.js";

const SHOWN_MS = 6000;

export function startToasts() {
  document.addEventListener("toast", (event) => show(event.detail.text ?? event.detail.value, event.detail.level));
  document.addEventListener("htmx:sendError", () => trouble("textOffline"));
  document.addEventListener("htmx:timeout", () => trouble("textOffline"));
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status >= 500) trouble("textError");
  });
  whenReady(() => {
    for (const toast of document.querySelectorAll("#toasts > .toast")) leave(toast);
  });
}

function trouble(which) {
  const text = place()?.dataset[which];
  if (text && ![...place().children].some((toast) => toast.textContent === text)) show(text, "danger");
}

// `said` is a text or nodes with a link or a button; a toast that `stays` waits to be clicked.
export function show(said, level = "info", { stays = false } = {}) {
  if (!place() || !said) return null;
  const toast = document.createElement("div");
  toast.className = `toast show border-${level}`;
  toast.setAttribute("role", level === "danger" ? "alert" : "status");
  const body = document.createElement("div");
  body.className = "toast-body";
  body.append(said);
  toast.append(body);
  place().append(toast);
  leave(toast, stays);
  return toast;
}

function leave(toast, stays = false) {
  const timer = stays ? 0 : setTimeout(() => toast.remove(), SHOWN_MS);
  toast.addEventListener("mouseenter", () => clearTimeout(timer), { once: true });
  toast.addEventListener("click", () => toast.remove());
}

function place() {
  return document.getElementById("toasts");
}
