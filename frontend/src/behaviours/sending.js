// A form is sent once: its buttons rest until the answer is there. The command key in the form is the guard behind this.
// <form data-confirm="..."> (or a button with it) asks first, in the page's #question dialog.
const LONGEST_MS = 15000;

export function startSending() {
  document.addEventListener("submit", ask, true);
  document.addEventListener("submit", once, true);
  document.addEventListener("submit", rest);
  document.addEventListener("htmx:afterRequest", (event) => wake(event.detail.elt));
  addEventListener("pageshow", (event) => {
    // Gone back to a page that sent its form: ask the server what became of it.
    if (event.persisted && document.querySelector("form[data-sending]")) location.reload();
  });
}

function ask(event) {
  const form = event.target;
  const said = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  const dialog = document.getElementById("question");
  if (!said || !dialog) return;
  if (form.dataset.confirmed) return void delete form.dataset.confirmed;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (dialog.open || form.dataset.sending) return;
  dialog.querySelector("#question-text").textContent = said;
  const danger = (event.submitter ?? form).matches(".btn-danger, [data-danger]");
  const yes = dialog.querySelector("[value=yes]");
  yes.classList.toggle("btn-danger", danger);
  yes.classList.toggle("btn-primary", !danger);
  dialog.returnValue = "no";
  const { submitter } = event;
  dialog.addEventListener("close", () => answered(dialog, form, submitter), { once: true });
  dialog.showModal();
  dialog.querySelector(danger ? "[value=no]" : "[value=yes]").focus();
}

function answered(dialog, form, submitter) {
  if (dialog.returnValue !== "yes") return submitter?.focus();
  form.dataset.confirmed = "yes";
  form.requestSubmit(submitter?.isConnected ? submitter : undefined);
}

function once(event) {
  if (!event.target.dataset.sending) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

// Marked at once, disabled only after the browser has taken the button's own value.
function rest(event) {
  const form = event.target;
  if (form.getAttribute("method")?.toLowerCase() !== "post") return;
  if (event.defaultPrevented && !form.matches("[hx-post], [hx-put], [hx-delete], [data-hx-post]")) return;
  form.dataset.sending = "yes";
  setTimeout(() => {
    for (const button of buttons(form)) button.disabled = true;
    event.submitter?.classList.add("btn-loading");
  });
  setTimeout(() => wake(form), LONGEST_MS);
}

function wake(form) {
  if (!form.dataset?.sending) return;
  delete form.dataset.sending;
  for (const button of buttons(form)) {
    button.disabled = false;
    button.classList.remove("btn-loading");
  }
}

function buttons(form) {
  return [...form.elements].filter((element) => element.type === "submit");
}
