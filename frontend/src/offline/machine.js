// What the ticket will be once the steps taken on this phone have arrived: the server's state machine (its own table, sent
// with the page) run forward over them. It decides what the phone offers next; the server has the last word.
export function project(job, ops) {
  const state = {
    status: job.status, on_site: job.on_site, mine: job.mine, offered: job.offered, diagnosed: job.diagnosed,
    consented: job.consented, needs_consent: job.needs_consent, draft: job.draft, signature: job.signature,
    lines: job.part_lines.map((line) => ({ ...line })),
  };
  for (const op of ops) step(job, state, op);
  return state;
}

function step(job, state, op) {
  const move = moveOf(job, state, op.noun, op.body?.accepted);
  if (!move) return;
  if (move.to) state.status = move.to;
  EFFECTS[op.noun]?.(state, op.body ?? {}, op);
}

// Declining is the one step with two ends: the move that leaves the state is the no.
function moveOf(job, state, noun, accepted) {
  const moves = (job.machine.find((one) => one.noun === noun)?.moves ?? []).filter((move) => fits(move, state));
  return noun === "acceptance" ? moves.find((move) => Boolean(move.to) === (accepted === false)) : moves[0];
}

function fits(move, state) {
  const from = move.from === "*" || move.from === state.status;
  return from && Object.entries(move.when).every(([name, value]) => state[name] === value);
}

const EFFECTS = {
  acceptance(state, body) {
    state.offered = false;
    if (body.accepted === false) state.mine = false;
  },
  arrival(state) {
    state.on_site = true;
  },
  departure(state) {
    state.on_site = false;
  },
  diagnosis(state) {
    state.diagnosed = true;
  },
  consent(state) {
    state.consented = true;
  },
  "part-lines"(state, body, op) {
    state.lines.push({ id: `op:${op.id}`, label: `${body.part} × ${body.quantity}`, disposed: false, counted: true });
  },
  "faulty-parts"(state, body) {
    const line = state.lines.find((one) => sameLine(one, body.part_line));
    if (line) line.disposed = true;
  },
  "report-preview"(state, body) {
    const { work_done, tested, demonstrated, customer_comment = "" } = body;
    state.draft = { work_done, tested, demonstrated, customer_comment };
  },
  signature(state, body, op) {
    state.signature = { id: `op:${op.id}`, hash: body.report_hash };
  },
  report(state) {
    state.signature = null;
  },
};

// A line is named by the number of the server, or by the step that asked for it while that has not arrived.
export function sameLine(line, named) {
  return String(line.id) === String(named);
}

// The steps to offer, in the order of the work; `signed` says whether the signature is under what the report says now.
export function offered(job, state, signed) {
  if (!state.mine) return [];
  return job.machine.filter(
    ({ noun, moves }) => job.may.includes(noun) && moves.some((move) => fits(move, state)) && makesSense(noun, state, signed),
  );
}

function makesSense(noun, state, signed) {
  if (noun === "signature") return Boolean(state.draft);
  if (noun === "report") return Boolean(state.draft) && signed;
  if (noun === "faulty-parts") return state.lines.some((line) => !line.disposed);
  if (noun === "acceptance") return state.offered;
  return true;
}

export function primary(steps, state, signed) {
  const done = {
    diagnosis: state.diagnosed,
    consent: state.consented || !state.needs_consent,
    appointment: state.status === "appointed" || state.on_site || state.status === "in_handling",
    "report-preview": Boolean(state.draft),
    signature: signed,
  };
  return steps.find((one) => one.leads && !done[one.noun]);
}

// What the server would refuse, told before the customer has gone: names of the page's texts.
export function missing(noun, state, body) {
  const needsConsent = state.needs_consent && !state.consented;
  if (noun === "part-lines" && needsConsent) return ["consent_required"];
  if (noun === "acceptance" && body.accepted === false && !body.reason?.trim()) return ["reason_required"];
  if (noun === "appointment" && body.ends_at <= body.starts_at) return ["ends_before_it_starts"];
  if (noun !== "report") return [];
  const found = [];
  if (!state.diagnosed || !state.draft?.tested || !state.draft?.demonstrated) found.push("not_repaired");
  if (needsConsent) found.push("consent_required");
  if (state.lines.some((line) => line.counted && !line.disposed)) found.push("disposition_missing");
  return found;
}
