// Two clocks: the server's is right, this device's may be off by years or be put right in the middle of the day.
import { store } from "./store.js";

const TOLERATED_MS = 120_000;

// Every answer of the server says its time: remember how far this device is from it.
export async function heard(response) {
  const server = Date.parse(response.headers.get("Date") ?? "");
  if (Number.isNaN(server)) return;
  await (await store()).put("device", { name: "clock", server, offset: server - Date.now() });
}

// {server, offset}: the last time heard, and what to add to this device's clock; nothing heard yet is no offset.
export async function known() {
  return (await (await store()).get("device", "clock")) ?? { server: 0, offset: 0 };
}

// What to say of this device's clock while a step is sent that tells when it happened. Normally what it shows; but when it
// was put right after the step was taken, that would place the step before the last thing known then, or in the future:
// then what the clock as it was would show now.
export function deviceTime(op, clock, now = Date.now()) {
  const happened = Date.parse(op.at);
  const fits = (offset) =>
    happened + offset >= op.heard - TOLERATED_MS && happened + offset <= now + clock.offset + TOLERATED_MS;
  const wasOff = fits(clock.offset) || !fits(op.offset) ? clock.offset : op.offset;
  return new Date(now + clock.offset - wasOff).toISOString();
}

// "2026-11-22T15:30" on the branch's wall, as an instant.
export function instantOf(wall, zone) {
  const naive = Date.parse(`${wall}Z`);
  if (Number.isNaN(naive)) return "";
  const first = naive - ahead(naive, zone);
  return new Date(naive - ahead(first, zone)).toISOString();
}

// The other way round, to the minute.
export function wallOf(instant, zone) {
  return new Date(instant + ahead(instant, zone)).toISOString().slice(0, 16);
}

function ahead(instant, zone) {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric",
    minute: "numeric", second: "numeric",
  });
  const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const local = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
  return local - Math.floor(instant / 1000) * 1000;
}
