// A step's form as the body of its request: values by kind, what is wrong with them, and what a person reads of them later.
import { instantOf } from "../offline/clock.js";

// {body, shown: [[label, value]], values, faults: [[field, name of a text]]}
export function read(form, fields, zone) {
  const result = { body: {}, shown: [], values: {}, faults: [] };
  for (const field of fields) {
    const control = form.elements[field.name];
    if (!control || field.kind === "file") continue;
    const typed = isFlag(control) ? control.checked : control.value;
    result.values[field.name] = typed;
    const fault = faultOf(field, typed, zone);
    if (fault) result.faults.push([field.name, fault]);
    else if (typed !== "") put(result.body, field.path, valueOf(field, typed, zone));
    if (control.type !== "hidden") result.shown.push([labelOf(form, control), told(control)]);
  }
  return result;
}

// What was typed in an earlier version of the step.
export function fill(form, values) {
  for (const [name, value] of Object.entries(values ?? {})) {
    const control = form.elements[name];
    if (!control || control.type === "file") continue;
    if (isFlag(control)) control.checked = value;
    else control.value = value;
  }
}

// The faults beside their fields, in the page's words; the first one is where the thumb goes.
export function show(form, faults, words) {
  for (const old of form.querySelectorAll(".invalid-feedback")) old.remove();
  for (const field of form.querySelectorAll(".is-invalid")) field.classList.remove("is-invalid");
  for (const [name, fault] of faults) {
    const control = form.elements[name];
    if (!control || control.type === "hidden") continue;
    const said = document.createElement("div");
    said.className = "invalid-feedback d-block";
    said.setAttribute("role", "alert");
    said.textContent = words[fault] ?? fault;
    control.classList.add("is-invalid");
    (control.closest(".mb-3") ?? control.parentElement).append(said);
  }
  const above = faults.filter(([name]) => !form.elements[name] || form.elements[name].type === "hidden");
  const place = form.querySelector("[data-refusal]");
  place.hidden = above.length === 0;
  place.textContent = above.map(([, fault]) => words[fault] ?? fault).join(" ");
  if (faults.length) (form.elements[faults[0][0]] ?? place).scrollIntoView({ block: "center" });
}

function isFlag(control) {
  return control.type === "checkbox";
}

function faultOf(field, typed, zone) {
  if (typeof typed === "boolean") return "";
  const text = typed.trim();
  if (!text) return field.required ? "required" : "";
  if (field.kind === "integer" || field.kind === "decimal") return numberFault(field, text);
  if (field.kind === "moment" && !instantOf(text, zone)) return "moment";
  return field.max && typed.length > field.max ? "too_long" : "";
}

function numberFault(field, text) {
  const [, whole, part = ""] = text.match(/^(-?\d+)(?:\.(\d+))?$/) ?? [];
  const fits = whole && part.length <= (field.kind === "integer" ? 0 : (field.places ?? 6));
  const outside = Number(text) < (field.min ?? -Infinity) || Number(text) > (field.max ?? Infinity);
  return fits && !outside ? "" : "number";
}

function valueOf(field, typed, zone) {
  switch (field.kind) {
    case "yes":
      return typed === "yes";
    case "integer":
      return Number(typed);
    case "decimal":
      return typed.trim();
    case "moment":
      return instantOf(typed, zone);
    case "words":
      return typed.split(/\s+/).filter(Boolean);
    case "reference":
      return typed.startsWith("op:") ? typed : Number(typed);
    default:
      return typed;
  }
}

function put(body, path, value) {
  const [first, second] = path.split(".");
  if (second) body[first] = { ...body[first], [second]: value };
  else body[first] = value;
}

function labelOf(form, control) {
  return (form.querySelector(`label[for="${CSS.escape(control.id)}"]`)?.textContent ?? "").trim();
}

function told(control) {
  if (isFlag(control)) return control.checked ? "✓" : "–";
  if (control.tagName === "SELECT") return control.selectedOptions[0]?.textContent.trim() ?? "";
  return control.type === "datetime-local" ? control.value.replace("T", " ") : control.value;
}
