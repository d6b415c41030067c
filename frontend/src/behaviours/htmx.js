// htmx under a strict CSP: no eval, no inline styles, no scripts in fragments; refusals of forms are shown in place.
import htmx from "htmx.org";
import { csrfToken } from "./content.js";

export { onContent, whenReady } from "./content.js";

const CONFIG = {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0,
  selfRequestsOnly: true,
  responseHandling: [
    { code: "204", swap: false },
    { code: "304", swap: false },
    { code: "401", swap: false },
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
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr?.status === 401) askToSignIn();
  });
}

// The session is over: sign in again and come back to this page, whose drafts are kept.
function askToSignIn() {
  const dialog = document.getElementById("signed-out");
  if (!dialog || dialog.open) return;
  const link = dialog.querySelector("a");
  link.search = new URLSearchParams({ next: location.pathname + location.search });
  dialog.showModal();
}

function isPolling(event) {
  return (event.detail.elt.getAttribute("hx-trigger") ?? "").startsWith("every");
}
