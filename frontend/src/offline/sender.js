// Sends what waits, one step after the other: per ticket in order, one sender at a time on this phone (Web Locks). A step
// leaves the line only when the server has answered for it; everything else is tried again, with growing pauses.
import { deviceTime, heard, known } from "./clock.js";
import { DONE, REFUSED, WAITING, forgetOld, list, opened, photoOf, records, settle, tell, trouble } from "./outbox.js";
import { store } from "./store.js";
import { keyOf, leave, owner as ownerHere } from "./vault.js";

const SHORT_MS = 20_000;
const BYTES_PER_SECOND = 20_000;
const PAUSES_MS = [2_000, 5_000, 15_000, 45_000, 120_000, 300_000];
const SESSION = "/phone/session/";
const REFERRING = new Set(["part_line", "signature"]);

let wanted = false;
let rounds;
let failures = 0;
let timer;

// Ask for a round; several asked at once are one. Resolves when there is nothing more to do for now.
export function kick() {
  wanted = true;
  rounds ??= run().finally(() => {
    rounds = undefined;
  });
  return rounds;
}

async function run() {
  while (wanted) {
    wanted = false;
    await alone(round);
  }
}

function alone(act) {
  return globalThis.navigator.locks ? navigator.locks.request("outbox", act) : act();
}

async function round() {
  clearTimeout(timer);
  const owner = await ownerHere();
  if (!owner || !(await records(owner)).some((record) => record.state === WAITING)) return tell({ kind: "idle" });
  try {
    const person = await session();
    if (!person) return tell({ kind: "signed-out" });
    if (person.user !== owner) return tell({ kind: "idle" });
    await deliverAll(owner, person);
  } catch (pause) {
    if (!(pause instanceof Pause)) throw pause;
    tell({ kind: pause.kind });
    if (pause.kind !== "signed-out") later(pause.seconds);
  }
}

// The rest of this round is not worth trying.
class Pause extends Error {
  constructor(kind, seconds = 0) {
    super(kind);
    this.kind = kind;
    this.seconds = seconds;
  }
}

function later(seconds) {
  const pause = PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)];
  failures += 1;
  timer = setTimeout(kick, Math.max(seconds * 1000, pause * (0.75 + Math.random() / 2)));
}

// Who is signed in by this browser's cookie, with the token that lets exactly this log-in write; null for nobody.
export async function session() {
  const response = await reach(SESSION, {}, SHORT_MS);
  if (response.status === 401) return null;
  if (!response.ok) throw new Pause("busy", Number(response.headers.get("Retry-After")) || 0);
  await heard(response);
  return response.json();
}

async function deliverAll(owner, person) {
  const held = new Set();
  let op;
  while ((op = next(await records(owner), held))) {
    tell({ kind: "sending", id: op.id });
    if (!(await deliver(await opened(await keyOf(owner), op), person))) held.add(op.ticket);
  }
  if (held.size) return later(0);
  failures = 0;
  await forgetOld((await known()).server);
  tell({ kind: "idle" });
}

// A step that was refused holds the later ones of its ticket, not those of others.
function next(line, held) {
  const stopped = new Set(held);
  for (const record of line) {
    if (record.state === REFUSED) stopped.add(record.ticket);
    if (record.state === WAITING && !stopped.has(record.ticket)) return record;
  }
  return undefined;
}

// True when the line of this ticket may go on.
async function deliver(op, person) {
  if (op.unreadable) return settled(op, REFUSED, { status: 0, code: "unreadable" });
  const earlier = await list(op.owner, op.ticket);
  const body = filled(op.content.body, earlier);
  if (!body) return settled(op, REFUSED, { status: 0, code: "gone_before" });
  const base = baseOf(op, earlier);
  return judge(op, await send(op, body, person, base), base);
}

async function settled(op, state, receipt) {
  await settle(op, state, { at: (await known()).server, ...receipt });
  return state === DONE;
}

async function send(op, body, person, base) {
  const { content } = op;
  const headers = {
    Accept: "application/json",
    "Idempotency-Key": op.id,
    "X-CSRFToken": person.csrf,
    "Device-Time": deviceTime(content, await known()),
  };
  if (content.guarded) headers["If-Match"] = `"${base}"`;
  let sent = JSON.stringify(body);
  let patience = SHORT_MS;
  if (content.file) {
    const photo = await photoOf(op);
    if (!photo) return new Response('{"code": "photo_missing"}', { status: 410 });
    sent = form(body, content.file, photo);
    patience += (photo.byteLength / BYTES_PER_SECOND) * 1000;
  } else headers["Content-Type"] = "application/json";
  return reach(content.path, { method: content.method, headers, body: sent }, patience);
}

function form(fields, { name, type }, photo) {
  const data = new FormData();
  for (const [field, value] of Object.entries(fields)) data.append(field, value);
  data.append("file", new File([photo], name, { type }));
  return data;
}

async function reach(url, options, patience) {
  try {
    return await fetch(url, { ...options, cache: "no-store", signal: AbortSignal.timeout(patience) });
  } catch (error) {
    throw new Pause("offline", 0, { cause: error });
  }
}

// A step that refers to an earlier one by `op:<id>` gets the number the server gave that; null when it was discarded.
function filled(body, earlier) {
  const found = {};
  for (const [name, value] of Object.entries(body ?? {})) {
    found[name] = value;
    if (!REFERRING.has(name) || !String(value).startsWith("op:")) continue;
    const before = named(earlier, value.slice(3));
    if (before?.state !== DONE || !before.receipt?.result) return null;
    found[name] = before.receipt.result;
  }
  return found;
}

function named(line, id) {
  return line.find((op) => op.id === id || op.content.formerly.includes(id));
}

// The version the person saw, moved on by this phone's own steps; a step of somebody else in between leaves it behind, and
// the server says so.
function baseOf(op, earlier) {
  return op.content.after.reduce((version, id) => {
    const own = named(earlier, id);
    if (own?.state !== DONE) return version;
    return own.receipt.version - version <= 1 ? own.receipt.version : version + 1;
  }, op.content.base);
}

// -- answers ----------------------------------------------------------------------------------------------------------

async function judge(op, response, base) {
  const answer = await read(response);
  const { status } = response;
  if (response.ok && answer) return settled(op, DONE, receipt(op, response, answer, base));
  if (status === 401) throw new Pause("signed-out");
  const problem = { status, code: answer?.code ?? "", detail: answer?.detail ?? "" };
  const seconds = Number(response.headers.get("Retry-After")) || 0;
  if (status === 429 || status === 503) {
    await trouble(op, problem);
    throw new Pause("busy", seconds);
  }
  if (isPassing(status, answer)) {
    await trouble(op, problem);
    return false;
  }
  const { errors = [], allowed, current, report_hash } = answer ?? {};
  return settled(op, REFUSED, { ...problem, errors, allowed, current, report_hash });
}

// Anything that is not ours (a captive portal's page, a proxy's error) says nothing about the step; nor does what was
// spoilt on the way.
function isPassing(status, answer) {
  if (!answer || status >= 500 || [403, 408, 425].includes(status)) return true;
  return answer.code === "request_in_progress" || answer.errors?.some(({ code }) => code === "digest_mismatch");
}

async function read(response) {
  if (response.status === 204) return {};
  if (response.redirected || !/json/.test(response.headers.get("Content-Type") ?? "")) {
    if (response.status !== 410) return null;
  }
  return response.json().catch(() => null);
}

function receipt(op, response, answer, base) {
  const noun = answer[op.noun.replaceAll("-", "_")];
  return {
    status: response.status,
    at: Date.parse(response.headers.get("Date")),
    replayed: response.headers.get("Idempotency-Replayed") === "true",
    version: answer.ticket?.version ?? base + 1,
    result: noun?.id,
    asked: Boolean(answer.approval),
  };
}

// The person signs out: the key and what could be read with it go, what is not sent yet stays sealed.
export async function signOut() {
  clearTimeout(timer);
  await (await store()).delete("device", "clock");
  await leave();
  tell({ kind: "left" });
}
