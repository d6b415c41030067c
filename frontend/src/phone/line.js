// One step of the outbox in a list: its name, where it stands, and what the server said.
import { DONE, REFUSED } from "../offline/outbox.js";

let sending = "";

export function nowSending(id) {
  sending = id;
}

// `line`: the steps it is listed with, in order; a refused one holds the later ones of its ticket.
export function drawLine(op, line, titleOf) {
  const item = document.getElementById("line-item").content.cloneNode(true).firstElementChild;
  item.querySelector("[data-title]").textContent = titleOf(op.noun);
  item.querySelector("[data-detail]").textContent = summary(op);
  mark(item, op, line);
  return item;
}

// The badge and, for what was refused or waits for a reason, the words.
export function mark(item, op, line) {
  const badge = item.querySelector("[data-state]");
  const where = standing(op, line);
  badge.textContent = document.getElementById("states").dataset[where];
  badge.className = `badge ${COLOURS[where] ?? "bg-orange-lt"}`;
  item.dataset.standing = where;
}

const COLOURS = {
  refused: "bg-red text-red-fg", done: "bg-green-lt", known: "bg-green-lt", asked: "bg-blue-lt", sending: "bg-blue-lt",
};

function standing(op, line) {
  if (op.state === REFUSED) return "refused";
  if (op.state === DONE) return doneAs(op.receipt);
  if (line.some((one) => one.state === REFUSED && one.ticket === op.ticket && one.seq < op.seq)) return "held";
  if (op.id === sending) return "sending";
  return op.receipt ? "trouble" : "waiting";
}

function doneAs(receipt) {
  if (receipt?.asked) return "asked";
  return receipt?.replayed ? "known" : "done";
}

export function summary(op) {
  return (op.content.shown ?? []).map(([, value]) => value).filter(Boolean).join(" · ").slice(0, 120);
}

// Why it was not done: the server's words, or the phone's own for what never reached it.
export function problemOf(op) {
  const { code = "", detail = "", errors = [] } = op.receipt ?? {};
  const own = document.getElementById("states").dataset[code.replace(/_(\w)/g, (_all, letter) => letter.toUpperCase())];
  const fields = errors.map(({ message }) => message).filter((message) => message !== detail);
  return own ?? [detail, ...fields].filter(Boolean).join(" ");
}
