// A call logged without the mouse: Enter goes to the next field instead of sending, digits choose in numbered groups
// ([data-numbered] with [data-number] in it), Enter after the caller's digits waits for the file and goes on there.
import { onContent } from "./content.js";
import htmx from "htmx.org";

const STOPS = "input:not([type=hidden]), select, textarea, button, summary";

export function startIntake() {
  onContent("form[data-intake]", (form) => {
    form.addEventListener("keydown", (event) => press(form, event));
    form.addEventListener("suggest:taken", (event) => goOn(form, event.target));
    form.addEventListener("draft:restored", (event) => lookAgain(form, event.detail));
    form.addEventListener("reset", () => document.getElementById("caller").replaceChildren());
  });
  onContent("[data-fill]", (button) => button.addEventListener("click", () => fill(button)));
}

function press(form, event) {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  const { target } = event;
  if (/^[1-9]$/.test(event.key) && chooses(target)) return choose(form, event);
  if (event.key !== "Enter" || !target.matches("input, select")) return;
  event.preventDefault();
  if (target.id === "id_phone") afterLookUp(target, () => goOn(form, target));
  else goOn(form, target);
}

// -- digits -----------------------------------------------------------------------------------------------------------

function chooses(target) {
  return target.closest("[data-numbered]") && target.matches("[data-number], [type=radio]");
}

function choose(form, event) {
  const group = event.target.closest("[data-numbered]");
  const one = group.querySelectorAll("[data-number]")[Number(event.key) - 1];
  if (!one) return;
  event.preventDefault();
  one.click();
  if (group.dataset.numberedNext) document.querySelector(group.dataset.numberedNext)?.focus();
}

function fill(button) {
  const field = document.querySelector(button.dataset.fill);
  field.value = button.dataset.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.closest("form").querySelector("button.btn-primary:not([type=button])").focus();
}

// -- Enter ------------------------------------------------------------------------------------------------------------

function goOn(form, from) {
  const file = document.getElementById("caller");
  if (from.id === "id_phone" && file.childElementCount) return intoFile(file);
  if (from.type === "radio") return document.getElementById("id_symptom").focus();
  const stops = [...form.querySelectorAll(STOPS)].filter((stop) => stop.checkVisibility() && !stop.disabled);
  const next = stops[stops.indexOf(from) + 1];
  next?.focus();
  next?.select?.();
}

// One machine is chosen already; of several the digit chooses; a stranger's file begins with the name.
function intoFile(file) {
  const first = file.querySelector("button[data-number]");
  const machines = file.querySelectorAll("input[name=unit]");
  if (first) first.focus();
  else if (file.querySelector("input[name=unit]:checked")) document.getElementById("id_symptom").focus();
  else if (machines.length) machines[0].focus();
  else openNewCustomer();
}

function openNewCustomer() {
  const details = document.getElementById("new-customer");
  details.open = true;
  details.querySelector("input").focus();
}

// The answer to exactly what stands in the field; asked for at once when it is still to come.
function afterLookUp(field, then) {
  const caller = document.getElementById("caller");
  if (caller.dataset.answers === field.value && caller.childElementCount) return then();
  if (field.value.trim().length < 2) return openNewCustomer();
  if (caller.dataset.asked === field.value) return; // impatient fingers
  caller.dataset.asked = field.value;
  caller.addEventListener("htmx:afterSettle", then, { once: true });
  htmx.trigger(field, "look");
}

document.addEventListener("htmx:afterSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (target?.id === "caller") {
    target.dataset.answers = requestConfig?.parameters?.phone ?? "";
    delete target.dataset.asked;
  }
  // A caller chosen from a list by key goes on in the file.
  if (target?.id === "caller" && requestConfig?.elt?.matches?.("button[data-number]")) intoFile(target);
});

// A draft knows whom the call is from: the file is fetched again.
function lookAgain(form, values) {
  const [customer] = values.customer ?? [];
  if (customer) htmx.ajax("GET", form.dataset.intake.replace("/0/", `/${customer}/`), "#caller");
  else if (values.phone) htmx.trigger(document.getElementById("id_phone"), "look");
}
