// The tour of a first log-in: a card in the corner tells, the part of the page it tells of is outlined.
export function startTour() {
  const tour = document.querySelector("[data-tour]");
  if (!tour) return;
  const stops = [...tour.querySelectorAll(".tour-stop")];
  let place = 0;
  const show = (wanted) => {
    unlight();
    place = Math.min(Math.max(wanted, 0), stops.length - 1);
    stops.forEach((stop, number) => (stop.hidden = number !== place));
    label(tour, stops[place]);
    tour.querySelector("[data-tour-place]").textContent = `${place + 1} / ${stops.length}`;
    tour.querySelector("[data-tour-step='-1']").hidden = place === 0;
    tour.querySelector("[data-tour-step='1']").hidden = place === stops.length - 1;
    if (place === stops.length - 1) finish(tour);
    light(stops[place].dataset.anchor);
  };
  tour.addEventListener("click", (event) => {
    const step = event.target.closest("[data-tour-step]");
    if (step) show(place + Number(step.dataset.tourStep));
  });
  tour.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") show(place + 1);
    if (event.key === "ArrowLeft") show(place - 1);
    if (event.key === "Escape") tour.querySelector("[data-tour-end]").click();
  });
  tour.addEventListener("submit", unlight);
  show(0);
}

function label(tour, stop) {
  for (const title of tour.querySelectorAll("h2")) title.removeAttribute("id");
  stop.querySelector("h2").id = "tour-title";
}

function finish(tour) {
  const end = tour.querySelector("[data-tour-end]");
  end.textContent = end.dataset.textLast;
  end.classList.replace("btn-ghost-secondary", "btn-primary");
}

function light(anchor) {
  const part = anchor && [...document.querySelectorAll(anchor)].find((each) => each.checkVisibility());
  if (!part) return;
  part.classList.add("tour-lit");
  part.scrollIntoView({ block: "nearest" });
}

function unlight() {
  for (const part of document.querySelectorAll(".tour-lit")) part.classList.remove("tour-lit");
}
