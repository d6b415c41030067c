// The report as the customer is shown it, put together on the phone: what is on record, the steps not sent yet, and the
// engineer's words. Its hash is the server's own (tickets/queries/report.py): the same canonical JSON, the same SHA-256.
import { sha256 } from "./ids.js";
import { sameLine } from "./machine.js";

const EFFECTS = {
  diagnosis(content, { fault_class, fault_code = "", cause, plan }) {
    Object.assign(content, { fault_class, fault_code, cause, plan });
  },
  consent(content, body, { job }) {
    content.consents.push({ plan: body.plan, amount: money(cents(body.amount)) });
    content.fee = money(cents(content.fee) - job.agreed + cents(body.amount));
    job.agreed = cents(body.amount);
  },
  "part-lines"(content, { part, quantity, serials = [] }, { lines, op }) {
    const counted = { part, quantity, serials, old_part: null };
    content.parts.push(counted);
    lines.push({ id: `op:${op.id}`, content: counted });
  },
  "faulty-parts"(content, { part_line, disposition }, { lines }) {
    const line = lines.find((one) => sameLine(one, part_line));
    if (line) line.content.old_part = disposition;
  },
  "time-entries"(content, { minutes }) {
    content.minutes += minutes;
  },
};

// The content with these steps applied and these words; without words only what is on record.
export function compose(job, ops, words) {
  const content = structuredClone(job.record);
  const counted = job.part_lines.filter((line) => line.counted);
  const lines = counted.map((line, place) => ({ ...line, content: content.parts[place] }));
  const books = { agreed: cents(job.agreed) };
  for (const op of ops) EFFECTS[op.noun]?.(content, op.body ?? {}, { job: books, lines, op });
  return { ...content, ...words };
}

export function digest(content) {
  return sha256(canonical(content));
}

// Sorted keys, no spaces. JSON.stringify escapes what Python's json.dumps(ensure_ascii=False) escapes, and nothing else.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

// Whether the signature is under the report as it is now; one given before any words covers what was on record then.
export async function isUnder(signature, job, ops, words) {
  if (!signature) return false;
  const hashes = await Promise.all([digest(compose(job, ops, words)), digest(compose(job, ops, {}))]);
  return hashes.includes(signature.hash);
}

export function cents(amount) {
  const [whole, part = ""] = String(amount).trim().split(".");
  return Number(whole) * 100 + Number(part.padEnd(2, "0").slice(0, 2));
}

export function money(amount) {
  return `${Math.trunc(amount / 100)}.${String(Math.abs(amount) % 100).padStart(2, "0")}`;
}
