// A job's page: the steps taken on this phone are shown at once, as if the server had them already; the form of the next
// step is open. Every step goes into the outbox, with or without a network.
import { announce } from "../behaviours/content.js";
import { say as toast } from "./app.js";
import { known, wallOf } from "../offline/clock.js";
import { uuid7 } from "../offline/ids.js";
import { missing, offered, primary, project } from "../offline/machine.js";
import { DONE, NotSaved, add, list, onNews, opened, records, rework } from "../offline/outbox.js";
import { compose, digest, isUnder } from "../offline/report.js";
import { kick } from "../offline/sender.js";
import { keyOf } from "../offline/vault.js";
import { fill, read, show } from "./forms.js";
import { drawLine } from "./line.js";
import { prepare } from "./photos.js";
import { drawPreview } from "./preview.js";

let user;
let page; // the part of the document that shows the job
let job; // what the server said with the page
let words; // texts for what is wrong
let ops = []; // steps of this phone that the page's data do not know of yet
let state; // the job with them
let edited; // the step being changed
let busy = false;

export async function startJob(person) {
  page = document.getElementById("job");
  if (!page) return;
  user = person;
  take();
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("change", onPhotos);
  document.addEventListener("click", onStep);
  addEventListener("popstate", () => draw(asked()));
  onNews(({ kind }) => (kind === "changed" ? redraw() : state && drawLines()));
  await editAsked();
  await draw(asked(), { keep: !edited });
}

function take() {
  job = JSON.parse(document.getElementById("job-data").textContent);
  words = JSON.parse(document.getElementById("job-words").textContent);
}

function asked() {
  return new URLSearchParams(location.search).get("step") ?? "";
}

async function editAsked() {
  const id = new URLSearchParams(location.search).get("edit");
  const record = id && (await records(user)).find((one) => one.id === id && one.state !== DONE);
  edited = record && (await opened(await keyOf(user), record));
}

// -- what is shown ----------------------------------------------------------------------------------------------------

// Something has changed on this phone or on the way; while a step is being saved its own drawing follows.
function redraw() {
  return oneByOne(async () => {
    if (busy) return;
    await look();
    if (ops.some((op) => op.state === DONE)) await renew();
    if (!busy) await drawNow(isDirty(form()) || isAttaching() ? form().dataset.step : asked(), { keep: true });
  });
}

function draw(wanted, how) {
  return oneByOne(() => drawNow(wanted, how));
}

let drawing = Promise.resolve();

function oneByOne(act) {
  drawing = drawing.then(act);
  return drawing;
}

// The page as the server has it now, around the form that is being filled in.
async function renew() {
  try {
    const response = await fetch(location.pathname, { signal: AbortSignal.timeout(8000) });
    const text = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = text.getElementById("job");
    if (response.redirected || !fresh || text.body.dataset.kept) return;
    if (isDirty(form()) || isAttaching() || edited) fresh.querySelector("#step").replaceWith(page.querySelector("#step"));
    page.replaceWith(fresh);
    page = fresh;
    take();
    announce(page);
  } catch {
    // the page says what the phone knows until there is a network
  }
}

async function look() {
  const all = await list(user, job.number);
  const ids = new Map(all.map((op) => [`op:${op.id}`, op.receipt?.result]));
  ops = all.filter((op) => op.state !== DONE || isNews(op)).map((op) => ({ ...op, body: placed(op.content.body, ids) }));
  state = project(job, ops);
}

// Done, but the page is from before; a draft of the report raises no version.
function isNews({ noun, receipt, done }) {
  if (noun === "report-preview" && receipt.version === job.version) return done >= job.at;
  return receipt.version > job.version;
}

function placed(body, ids) {
  const line = ids.get(body?.part_line);
  return line ? { ...body, part_line: line } : body;
}

async function drawNow(wanted, { keep = false } = {}) {
  await look();
  const signed = await isUnder(state.signature, job, ops, state.draft);
  const steps = offered(job, state, signed);
  const next = steps.find(({ noun }) => noun === wanted) ?? primary(steps, state, signed);
  drawStatus();
  drawLines();
  for (const link of page.querySelectorAll("#steps [data-noun]")) {
    link.hidden = link.dataset.noun === next?.noun || !steps.some(({ noun }) => noun === link.dataset.noun);
  }
  page.querySelector("#no-step").hidden = Boolean(next || edited);
  page.querySelector("#step").hidden = !(next || edited);
  const noun = edited?.noun ?? next?.noun;
  if (noun && !(keep && form()?.dataset.step === noun)) openForm(noun);
  await prepareForm(form());
}

function drawStatus() {
  if (state.status === job.status) return;
  const badge = document.createElement("span");
  badge.className = "badge bg-blue-lt";
  badge.textContent = job.statuses[state.status];
  page.querySelector("[data-status]").replaceChildren(badge);
}

function drawLines() {
  const card = page.querySelector("[data-line]");
  const shown = ops.filter((op) => op.state !== DONE);
  card.hidden = shown.length === 0;
  card.querySelector("ul").replaceChildren(...shown.map((op) => drawLine(op, shown, titleOf)));
}

function titleOf(noun) {
  return job.machine.find((one) => one.noun === noun)?.label ?? noun;
}

function form() {
  return page.querySelector("#step form");
}

function isDirty(open) {
  return Boolean(open?.dataset.touched || open?.elements.png?.value);
}

function isAttaching() {
  return form()?.dataset.step === "attachments";
}

// -- a form -----------------------------------------------------------------------------------------------------------

function openForm(noun) {
  const template = document.getElementById(`form-${noun}`);
  const place = page.querySelector("#step");
  place.replaceChildren(template.content.cloneNode(true));
  if (edited) fill(form(), edited.content.values);
  announce(place);
}

// What the form can know of steps that have not arrived; asked once, but for the report, which is shown as it is now.
async function prepareForm(open) {
  if (!open) return;
  if (open.dataset.step === "faulty-parts") offerLines(open.elements.part_line);
  if (open.dataset.step === "signature") await showReport(open);
  if (open.dataset.op) return;
  open.dataset.op = uuid7();
  for (const kind of ["input", "draft:restored"]) open.addEventListener(kind, () => (open.dataset.touched = "yes"));
  if (open.dataset.step === "part-lines") loadCatalogue();
  if (!edited) prefill(open, (noun) => ops.findLast((op) => op.noun === noun));
}

function prefill(open, last) {
  const { elements } = open;
  if (open.dataset.step === "consent" && last("diagnosis")) elements.plan.value = last("diagnosis").body.plan;
  if (open.dataset.step === "report-preview" && state.draft) fill(open, state.draft);
  if (open.dataset.step === "time-entries" && last("arrival")) {
    const { at, offset } = last("arrival").content;
    elements.started_at.value = wallOf(Date.parse(at) + offset, job.zone);
  }
}

function offerLines(select) {
  const chosen = select.value;
  const options = state.lines.filter((line) => !line.disposed).map((line) => new Option(line.label, line.id));
  select.replaceChildren(...options);
  if (options.some((option) => option.value === chosen)) select.value = chosen;
}

async function loadCatalogue() {
  const place = document.getElementById("catalogue");
  const told = await fetch("/phone/parts/").then((response) => response.json()).catch(() => ({ parts: [] }));
  place.replaceChildren(...told.parts.map(([code, name]) => new Option(name, code)));
}

// A stroke stands under what was shown: when that has changed in the meantime, the customer signs anew.
async function showReport(open) {
  const content = compose(job, ops, state.draft);
  const hash = await digest(content);
  if (open.elements.png.value && open.elements.report_hash.value !== hash) {
    open.querySelector("[data-clear]").click();
    show(open, [["", "report_changed"]], words);
  }
  open.elements.report_hash.value = hash;
  drawPreview(open.querySelector("[data-preview]"), content, document.getElementById("form-diagnosis"));
  open.querySelector("[data-uncertain]").hidden = !ops.some((op) => op.noun === "part-lines" && op.state !== DONE);
}

function onStep(event) {
  const link = event.target.closest("#steps [data-noun]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  edited = undefined;
  history.pushState({}, "", link.href);
  draw(link.dataset.noun).then(() => page.querySelector("#step").scrollIntoView({ block: "start" }));
}

// -- saving -----------------------------------------------------------------------------------------------------------

async function onSubmit(event) {
  if (event.target.matches("[data-needs-network]") && document.body.dataset.kept) return needsNetwork(event);
  if (!event.target.matches("#step form[data-step]") || document.body.dataset.broken) return undefined;
  event.preventDefault();
  if (busy) return undefined;
  busy = true;
  try {
    await save(event.target);
  } finally {
    busy = false;
  }
  return undefined;
}

function needsNetwork(event) {
  event.preventDefault();
  toast("needsNetwork", "warning");
}

async function save(open) {
  const step = job.machine.find((one) => one.noun === open.dataset.step);
  const found = read(open, step.fields, job.zone);
  complete(step.noun, open, found);
  const faults = found.faults.length ? found.faults : missing(step.noun, state, found.body).map((why) => [placeOf(why), why]);
  show(open, faults, words);
  if (faults.length) return;
  if (await tried(() => keep(step, open.dataset.op, found))) {
    document.dispatchEvent(new CustomEvent("draft:done", { detail: { name: open.dataset.draft } }));
    await done(open);
  }
}

function placeOf(why) {
  return { reason_required: "reason", ends_before_it_starts: "ends_at" }[why] ?? "";
}

// What the form itself does not hold.
function complete(noun, open, { body, faults, shown }) {
  if (noun === "signature") {
    if (!open.elements.png.value) faults.push(["", "not_signed"]);
    Object.assign(body, { png: open.elements.png.value, report_hash: open.elements.report_hash.value });
  }
  if (noun === "report" && state.draft) {
    Object.assign(body, state.draft, { signature: state.signature?.id });
    shown.push(["", state.draft.work_done]);
  }
}

async function keep(step, id, { body, shown, values }, photo, file) {
  const at = new Date().toISOString();
  const { server, offset } = await known();
  const taken = {
    ticket: job.number,
    noun: step.noun,
    method: step.method,
    path: `/api/v1/tickets/${job.number}/${step.door}/`,
    guarded: step.guarded,
    base: job.version,
    after: ops.map((op) => op.id),
    body: step.dated ? { ...body, at } : body,
    title: step.label,
    shown,
    values,
    file,
    at,
    heard: server,
    offset,
  };
  if (edited) return rework(edited, { ...taken, after: ops.filter((op) => op.seq < edited.seq).map((op) => op.id) });
  return add(user, { id, ...taken }, photo);
}

// False when the phone could not keep it: that is said, and what was typed stays.
async function tried(act) {
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof NotSaved)) throw error;
    toast(error.why, "danger");
    return false;
  }
}

async function done(open) {
  toast("saved", "success");
  document.body.dataset.unsent = Number(document.body.dataset.unsent) + 1; // counted anew in a moment
  delete open.dataset.op;
  edited = undefined;
  history.replaceState({}, "", `/phone/${job.number}/`);
  kick();
  scrollTo({ top: 0, behavior: "instant" });
  await draw("");
}

async function onPhotos(event) {
  const input = event.target.closest("#step [data-photos] input");
  if (!input || document.body.dataset.broken) return;
  const step = job.machine.find((one) => one.noun === "attachments");
  for (const chosen of [...input.files]) {
    try {
      const { photo, file } = await prepare(chosen);
      const kind = file.type.startsWith("image/") ? "photo" : "document";
      const found = { body: { kind, sha256: file.sha256 }, shown: [["", file.name]], values: {} };
      if (!(await tried(() => keep(step, uuid7(), found, photo, file)))) break;
      toast("saved", "success");
    } catch {
      show(input.form, [["", "photo_unreadable"]], words);
    }
  }
  input.value = "";
  kick();
  await draw("attachments", { keep: true });
}
