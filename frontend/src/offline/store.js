// The phone's own store. Everything that tells of customers or work is sealed (vault.js); in the clear stand only ids,
// owners, order and state of what is still to be sent.
//
//   device  {name, ...}: this device's id, its salt, how far its clock is off
//   keys    {user, key}: the key of the person signed in, not extractable; one at most
//   ops     {seq, id, owner, state, iv, box, note}: steps in the order they were taken
//   files   {id, owner, iv, box}: the photo of a step, under the step's id
//   pages   {url, owner, version, iv, box}: pages that can be read without a network
import { openDB } from "idb";

export const NAME = "service-center-phone";
const VERSION = 1;
const HARD = { durability: "strict" }; // on the disk before it is called saved
let opened;

export function store() {
  opened ??= openDB(NAME, VERSION, {
    upgrade(db) {
      db.createObjectStore("device", { keyPath: "name" });
      db.createObjectStore("keys", { keyPath: "user" });
      const ops = db.createObjectStore("ops", { keyPath: "seq", autoIncrement: true });
      ops.createIndex("id", "id", { unique: true });
      ops.createIndex("owner", "owner");
      db.createObjectStore("files", { keyPath: "id" });
      db.createObjectStore("pages", { keyPath: "url" });
    },
    blocking(_current, _next, event) {
      event.target.close();
      opened = undefined;
    },
    terminated() {
      opened = undefined;
    },
  }).catch((error) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

export async function write(stores, act) {
  const change = (await store()).transaction(stores, "readwrite", HARD);
  const done = change.done;
  done.catch(() => {}); // told below
  const result = await act(change);
  await done;
  return result;
}

export async function device() {
  const db = await store();
  const known = await db.get("device", "id");
  if (known) return known.value;
  const value = crypto.randomUUID();
  await db.put("device", { name: "id", value, salt: crypto.getRandomValues(new Uint8Array(16)) });
  return value;
}
