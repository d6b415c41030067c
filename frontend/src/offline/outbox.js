// Steps of visits on their way to the server, in the order they were taken. A step is saved here before the page calls it
// saved, and stays until the server has answered; what was done stays another week, to be sent again should the server
// have been restored from before.
import { known } from "./clock.js";
import { uuid7 } from "./ids.js";
import { device, store, write } from "./store.js";
import { Locked, keyOf, open, openBytes, seal, sealBytes } from "./vault.js";

export const WAITING = "waiting";
export const REFUSED = "refused";
export const DONE = "done";
const KEPT_MS = 7 * 24 * 3600 * 1000;
const MARK = "phone-unsent-";

// The phone could not keep it: `full`, `locked` (no key of this log-in) or `broken`.
export class NotSaved extends Error {
  constructor(why, cause) {
    super(why, { cause });
    this.why = why;
  }
}

const news = new EventTarget();
const others = new BroadcastChannel("outbox");
others.addEventListener("message", ({ data }) => news.dispatchEvent(new CustomEvent("news", { detail: data })));

// {kind: "changed"} and what the sender tells, from every tab and from the service worker.
export function onNews(act) {
  news.addEventListener("news", (event) => act(event.detail));
}

export function tell(detail) {
  others.postMessage(detail);
  news.dispatchEvent(new CustomEvent("news", { detail }));
}

// -- writing ----------------------------------------------------------------------------------------------------------

// Keep a step {id?, ticket, noun, method, body, base, after, guarded, shown, ...} and its photo. Saved twice it is one step.
export async function add(owner, step, photo) {
  const { server, offset } = await known();
  const clock = { at: new Date().toISOString(), heard: server, offset };
  const content = { id: uuid7(), device: await device(), formerly: [], ...clock, ...step };
  const saved = await sealed(owner, content, photo);
  await keep((change) => insert(change, saved));
  await changed(owner);
  return content;
}

async function insert(change, { record, file }) {
  const ops = change.objectStore("ops");
  if (await ops.index("id").getKey(record.id)) return;
  await ops.add(record);
  if (file) await change.objectStore("files").put(file);
}

async function sealed(owner, content, photo) {
  try {
    const key = await keyOf(owner);
    const { id, ticket, noun, title } = content;
    const record = { id, owner, ticket, noun, title, state: WAITING, ...(await seal(key, content, `op ${id}`)) };
    const file = photo && { id, owner, ...(await sealBytes(key, await photo.arrayBuffer(), `file ${id}`)) };
    return { record, file };
  } catch (error) {
    throw new NotSaved(error instanceof Locked ? "locked" : "broken", error);
  }
}

// On a full phone the receipts make room first.
async function keep(act) {
  try {
    return await write(["ops", "files"], act);
  } catch (error) {
    if (error.name !== "QuotaExceededError") throw new NotSaved("broken", error);
  }
  try {
    await write(["ops", "files"], dropReceipts);
    return await write(["ops", "files"], act);
  } catch (error) {
    throw new NotSaved(error.name === "QuotaExceededError" ? "full" : "broken", error);
  }
}

async function dropReceipts(change, isOld = () => true) {
  for await (const cursor of change.objectStore("ops")) {
    if (cursor.value.state !== DONE || !isOld(cursor.value)) continue;
    await change.objectStore("files").delete(cursor.value.id);
    await cursor.delete();
  }
}

// Receipts older than a week by the server's time.
export function forgetOld(now) {
  return write(["ops", "files"], (change) => dropReceipts(change, (record) => now - record.done > KEPT_MS));
}

// The server has answered: the receipt is kept with the step. `done` is the server's time.
export async function settle(op, state, receipt) {
  const note = await seal(await keyOf(op.owner), receipt, `note ${op.id}`);
  await update(op, (record) => Object.assign(record, { state, note, done: receipt.at }));
}

// Something stands in the way for now; the step stays and is tried again.
export async function trouble(op, receipt) {
  const note = await seal(await keyOf(op.owner), receipt, `note ${op.id}`);
  await update(op, (record) => Object.assign(record, { note, tries: (record.tries ?? 0) + 1 }));
}

async function update(op, act) {
  await write(["ops"], async (change) => {
    const record = await change.store.get(op.seq);
    if (record?.id === op.id) await change.store.put(act(record));
  });
  await changed(op.owner);
}

export async function discard(op) {
  await write(["ops", "files"], async (change) => {
    await change.objectStore("ops").delete(op.seq);
    await change.objectStore("files").delete(op.id);
  });
  await changed(op.owner);
}

// Send the step again as it is, on the version the person has seen now.
export function again(op, base) {
  return replace(op, { ...op.content, base, after: [] });
}

// The person has changed the step: it is another one, in the same place of the line.
export function rework(op, step) {
  const formerly = [...op.content.formerly, op.id];
  return replace(op, { ...op.content, ...step, id: uuid7(), formerly, after: step.after ?? [] });
}

async function replace(op, content) {
  const { record } = await sealed(op.owner, content);
  await keep(async (change) => {
    await change.objectStore("ops").put({ ...record, seq: op.seq });
    const files = change.objectStore("files");
    if (content.id !== op.id) await files.delete(op.id);
  });
  await changed(op.owner);
}

// After a restore of the server: everything of the last week once more; what is known there is only acknowledged.
export async function sendAgain(owner) {
  await write(["ops"], async (change) => {
    for await (const cursor of change.store) {
      const record = cursor.value;
      if (record.owner === owner && record.state === DONE) await cursor.update({ ...record, state: WAITING });
    }
  });
  await changed(owner);
}

// -- reading ----------------------------------------------------------------------------------------------------------

// Records in the clear, in order: {seq, id, ticket, noun, state}.
export async function records(owner) {
  return (await store()).getAllFromIndex("ops", "owner", owner);
}

export async function unsent(owner) {
  return (await records(owner)).filter((record) => record.state !== DONE);
}

// The steps with what is in them, in order; one that does not open is `unreadable`.
export async function list(owner, ticket) {
  const found = (await records(owner)).filter((record) => !ticket || record.ticket === ticket);
  const key = await keyOf(owner);
  return Promise.all(found.map((record) => opened(key, record)));
}

export async function opened(key, record) {
  try {
    const content = await open(key, record, `op ${record.id}`);
    const receipt = record.note && (await open(key, record.note, `note ${record.id}`).catch(() => undefined));
    return { ...record, content, receipt };
  } catch {
    return { ...record, unreadable: true, content: { formerly: [], shown: [], body: {} } };
  }
}

export async function photoOf(op) {
  const kept = await (await store()).get("files", op.id);
  return kept && openBytes(await keyOf(op.owner), kept, `file ${op.id}`);
}

// -- what the browser may take away -----------------------------------------------------------------------------------

// A browser short of room may empty the store without asking. What was waiting is noted where it does not look (only
// numbers of tickets and kinds of steps), so that a loss is told instead of hidden.
export async function mark(owner) {
  if (!globalThis.localStorage) return;
  const waiting = (await unsent(owner)).map(({ ticket, title }) => ({ ticket, title }));
  try {
    localStorage.setItem(MARK + owner, JSON.stringify({ device: await device(), waiting }));
  } catch {
    localStorage.removeItem(MARK + owner);
  }
}

// Steps of this person that were waiting when the store was emptied.
export async function lost(owner) {
  const marked = JSON.parse(localStorage.getItem(MARK + owner) ?? "null");
  return marked && marked.device !== (await device()) ? marked.waiting : [];
}

async function changed(owner) {
  await mark(owner);
  tell({ kind: "changed" });
}
