// What every behaviour needs of a page: when its content is there, and the token that lets it write.

const started = [];

// Run `start` on everything that matches now and on everything that comes in later, by htmx or by `announce`.
export function onContent(selector, start) {
  const done = new WeakSet();
  const begin = (root) => {
    const found = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) found.push(root);
    for (const element of found) {
      if (!done.has(element)) {
        done.add(element);
        start(element);
      }
    }
  };
  started.push(begin);
  whenReady(() => begin(document));
}

export function announce(root) {
  for (const begin of started) begin(root);
}

document.addEventListener("htmx:load", (event) => announce(event.detail.elt));

export function whenReady(act) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", act, { once: true });
  else act();
}

export function csrfToken() {
  const field = document.querySelector('meta[name="csrf-token"]');
  if (field) return field.content;
  const cookie = document.cookie.match(/(?:^|; )(?:__Host-csrf|csrftoken)=([^;]+)/);
  return cookie ? decodeURIComponent(cookie[1]) : "";
}
