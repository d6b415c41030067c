// Today's jobs: how many steps of each are not sent yet, and all of them kept for where there is no network.
import { onNews, unsent } from "../offline/outbox.js";
import { forgetOthers, keepPage, versions } from "../offline/pages.js";

const ALWAYS = ["/phone/", "/phone/outbox/"];

export async function startJobs(user) {
  const place = document.getElementById("jobs");
  if (!place) return;
  const count = async () => {
    const waiting = await unsent(user);
    for (const job of place.querySelectorAll("[data-number]")) {
      const number = waiting.filter(({ ticket }) => ticket === job.dataset.number).length;
      job.querySelector("[data-unsent]").hidden = number === 0;
      job.querySelector("[data-count]").textContent = number;
    }
  };
  onNews(({ kind }) => kind === "changed" && count());
  await count();
}

// One after the other, so that a poor connection is left free for what the engineer does; what has not changed is left.
export async function keepJobs() {
  const place = document.getElementById("jobs");
  if (!place || document.body.dataset.kept) return;
  const jobs = [...place.querySelectorAll("a[data-number]")];
  await forgetOthers([...ALWAYS, ...jobs.map((job) => job.pathname)]);
  const kept = await versions();
  const wanted = jobs.filter((job) => kept.get(job.pathname) !== job.dataset.version).map((job) => job.pathname);
  for (const url of [...ALWAYS.filter((one) => !kept.has(one)), ...wanted, "/phone/parts/"]) await keep(url);
  document.body.dataset.ready = "yes";
}

async function keep(url) {
  const response = await fetch(url).catch(() => undefined);
  if (response?.ok && !response.redirected) await keepPage(url, response);
}
