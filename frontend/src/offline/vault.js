// What lies on the phone is sealed with AES-GCM. The key is made from a secret that the server tells the person who is
// signed in, and from this device's salt; it cannot be taken out of the browser, and ends with the log-out or with somebody
// else's log-in. Steps not sent yet stay behind sealed: only the same person's next log-in here opens them again.
import { device, store, write } from "./store.js";

export class Locked extends Error {}

export async function keyOf(user) {
  return (await (await store()).get("keys", user))?.key;
}

// Who is signed in on this phone, as far as it knows; undefined for nobody.
export async function owner() {
  return (await (await store()).getAllKeys("keys"))[0];
}

// Make the key of the person signed in; whatever belongs to somebody else's log-in goes, except what they have to send.
export async function unlock({ user, secret }) {
  await device();
  await leaveTo(user);
  const db = await store();
  const known = await db.get("keys", user);
  if (known) return known.key;
  const { salt } = await db.get("device", "id");
  const key = await derive(secret, salt, user);
  await write(["keys"], (change) => change.objectStore("keys").put({ user, key }));
  return key;
}

async function derive(secret, salt, user) {
  const bytes = Uint8Array.from(secret.match(/../g), (pair) => Number.parseInt(pair, 16));
  const base = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: new TextEncoder().encode(`phone ${user}`) };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

// Keys, pages and receipts of everybody but `user` (of everybody at the log-out) are removed.
export function leaveTo(user) {
  return write(["keys", "pages", "ops", "files"], async (change) => {
    for (const name of ["keys", "pages"]) {
      for await (const cursor of change.objectStore(name)) {
        if ((cursor.value.owner ?? cursor.value.user) !== user) await cursor.delete();
      }
    }
    for await (const cursor of change.objectStore("ops")) {
      const { owner: whose, state, id } = cursor.value;
      if (whose === user || state !== "done") continue;
      await cursor.delete();
      await change.objectStore("files").delete(id);
    }
  });
}

export const leave = () => leaveTo(undefined);

export async function seal(key, value, place) {
  return sealBytes(key, new TextEncoder().encode(JSON.stringify(value)), place);
}

export async function open(key, sealed, place) {
  return JSON.parse(new TextDecoder().decode(await openBytes(key, sealed, place)));
}

// `place` (store and id) is authenticated with the content: what is copied elsewhere does not open.
export async function sealBytes(key, bytes, place) {
  if (!key) throw new Locked();
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, box: await crypto.subtle.encrypt(how(iv, place), key, bytes) };
}

export async function openBytes(key, { iv, box }, place) {
  if (!key) throw new Locked();
  return crypto.subtle.decrypt(how(iv, place), key, box);
}

function how(iv, place) {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(place) };
}
