// The phone's outbox for scripts: what a page does by its forms, without them. Tests and field tools import it; pages do not.
export { deviceTime, instantOf, known, wallOf } from "./offline/clock.js";
export { uuid7 } from "./offline/ids.js";
export { missing, offered, primary, project } from "./offline/machine.js";
export { add, again, discard, list, lost, records, rework, sendAgain, unsent } from "./offline/outbox.js";
export { canonical, compose, digest } from "./offline/report.js";
export { kick, session } from "./offline/sender.js";
export { NAME, store } from "./offline/store.js";
export { keyOf, leave, owner, unlock } from "./offline/vault.js";
