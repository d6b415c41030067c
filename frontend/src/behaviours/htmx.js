// htmx under a strict CSP: no eval, no inline styles, no scripts in fragments; refusals of forms are shown in place.
import htmx from "htmx.org";

const CONFIG = {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0,
  selfRequestsOnly: true,
  responseHandling: [
    { code: "204", swap: false },
    { code: "304", swap: false },
    { code: "[23]..", swap: true },
    { code: "(400|409|412|422)", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
};

export function startHtmx() {
  Object.assign(htmx.config, CONFIG);
  document.addEventListener("htmx:configRequest", (event) => {
    const token = csrfToken();
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isPolling(event) && document.hidden) event.preventDefault();
  });
}

// Run `start` on everything that matches now and on everything that htmx brings in later.
export function onContent(selector, start) {
  const begin = (root) => {
    const found = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) found.push(root);
    for (const element of found) {
      if (!element.dataset.started) {
        element.dataset.started = "yes";
        start(element);
      }
    }
  };
  whenReady(() => begin(document));
  document.addEventListener("htmx:load", (event) => begin(event.detail.elt));
}

export function whenReady(act) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", act, { once: true });
  else act();
}

function isPolling(event) {
  return (event.detail.elt.getAttribute("hx-trigger") ?? "").startsWith("every");
}

function csrfToken() {
  const field = document.querySelector('meta[name="csrf-token"]');
  if (field) return field.content;
  const cookie = document.cookie.match(/(?:^|; )(?:__Host-csrf|csrftoken)=([^;]+)/);
  return cookie ? decodeURIComponent(cookie[1]) : "";
}
