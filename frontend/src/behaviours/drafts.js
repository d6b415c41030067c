// Nothing typed is lost: <form data-draft="intake"> keeps its fields for this tab until they are saved.
// Kept in sessionStorage: what was typed may be personal data and must not outlive the tab.
// The server says a form is done with `HX-Trigger: {"draft:done": {"name": "intake"}}`, or by a page without it.
import { onContent, whenReady } from "./htmx.js";

const PREFIX = "draft:";
const SENT = "draft-sent";
const NEVER = /^(csrfmiddlewaretoken|idempotency_key|password.*)$/;

export function startDrafts() {
  whenReady(forgetSent);
  onContent("form[data-draft]", (form) => {
    restore(form);
    form.addEventListener("input", () => keep(form));
    form.addEventListener("change", () => keep(form));
    form.addEventListener("submit", () => sessionStorage.setItem(SENT, form.dataset.draft));
    form.addEventListener("reset", () => forget(form.dataset.draft));
  });
  document.addEventListener("draft:done", (event) => forget(event.detail.name ?? event.detail.value));
}

// After a plain POST: the next page does not show the same form any more, so it was saved.
function forgetSent() {
  const name = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (name && !document.querySelector(`form[data-draft="${CSS.escape(name)}"]`)) forget(name);
}

function keep(form) {
  const values = {};
  for (const field of fields(form)) {
    if (field.type === "checkbox" || field.type === "radio") {
      if (field.checked) (values[field.name] ??= []).push(field.value);
    } else if (field.value !== "") {
      values[field.name] = [field.value];
    }
  }
  sessionStorage.setItem(PREFIX + form.dataset.draft, JSON.stringify(values));
}

// What the server has filled in (an edit, a refused form) is newer than the draft and stays.
function restore(form) {
  const values = JSON.parse(sessionStorage.getItem(PREFIX + form.dataset.draft) ?? "{}");
  for (const field of fields(form)) {
    const kept = values[field.name];
    if (!kept) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = kept.includes(field.value);
    else if (field.value === "" || field.tagName === "SELECT") field.value = kept[0];
  }
  if (Object.keys(values).length) form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
}

function fields(form) {
  return [...form.elements].filter(
    (field) => field.name && !NEVER.test(field.name) && !["hidden", "file", "password", "submit"].includes(field.type),
  );
}

function forget(name) {
  if (name) sessionStorage.removeItem(PREFIX + name);
}
