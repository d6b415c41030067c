// Which mark of a chart is meant: the one under the mouse, or the one reached by the arrow keys. Its words are shown
// beside it and told to screen readers; a click or Enter opens its rows.
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function point(place, chart) {
  const tip = document.createElement("div");
  tip.className = "chart-tip";
  tip.setAttribute("role", "status");
  tip.hidden = true;
  place.append(tip);
  place.tabIndex = 0;
  const at = { index: -1, series: 0 };
  const show = (spot) => {
    Object.assign(at, spot);
    tell(place, chart, tip, at);
  };
  const hide = () => {
    tip.hidden = true;
  };
  const pointer = chart.getZr();
  pointer.on("mousemove", (event) => {
    const index = column(place, chart, event);
    if (index === null) hide();
    else show({ index, series: nearest(place, chart, index, event) });
    pointer.setCursorStyle(index === null || !address(place, at) ? "default" : "pointer");
  });
  pointer.on("globalout", hide);
  chart.on("click", (mark) => open(place, { index: mark.dataIndex, series: mark.seriesIndex }));
  pointer.on("click", (event) => {
    const index = event.target ? null : column(place, chart, event);
    if (index !== null) open(place, { index, series: nearest(place, chart, index, event) });
  });
  place.addEventListener("blur", hide);
  place.addEventListener("keydown", (event) => {
    const across = place.figures.shape === "across";
    if (event.key === "Enter") open(place, at);
    else if (event.key === "Escape") hide();
    else if (event.key in STEPS) {
      const [aside, down] = STEPS[event.key];
      show(moved(place, at, across ? down : aside, across ? aside : down));
      event.preventDefault();
    }
  });
}

function moved(place, at, along, among) {
  const { labels, series } = place.figures;
  const within = (number, count) => (number + count) % count;
  const first = at.index < 0 && along < 0 ? 0 : at.index;
  return { index: within(first + along, labels.length), series: within(at.series + among, series.length) };
}

function address(place, { index, series }) {
  return place.figures.series[series]?.urls[index];
}

function open(place, at) {
  const url = address(place, at);
  if (url) location.assign(url);
}

// The column (or, of bars to the right, the row) under the mouse; null outside of them.
function column(place, chart, { offsetX, offsetY }) {
  if (!chart.containPixel("grid", [offsetX, offsetY])) return null;
  const [x, y] = chart.convertFromPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [offsetX, offsetY]);
  const index = Math.round(place.figures.shape === "across" ? y : x);
  return index >= 0 && index < place.figures.labels.length ? index : null;
}

function nearest(place, chart, index, { offsetX, offsetY }) {
  const across = place.figures.shape === "across";
  const far = place.figures.series.map((one, series) => {
    const spot = pixel(chart, series, index, one.values[index], across);
    if (!spot) return Infinity;
    return across ? Math.abs(spot[0] - offsetX) : Math.abs(spot[1] - offsetY);
  });
  const closest = far.indexOf(Math.min(...far));
  return closest < 0 ? 0 : closest;
}

function pixel(chart, seriesIndex, index, value, across) {
  if (value == null) return null;
  return chart.convertToPixel({ seriesIndex }, across ? [value, index] : [index, value]);
}

function tell(place, chart, tip, { index, series }) {
  const { figures } = place;
  const lines = figures.series.map((one, number) => {
    const line = document.createElement("div");
    line.className = number === series && figures.series.length > 1 ? "chart-tip-here" : "";
    const ink = document.createElement("i");
    ink.className = `chart-ink chart-ink-${number + 1}`;
    line.append(ink, `${one.name} ${one.texts[index]}`);
    return line;
  });
  const label = document.createElement("strong");
  label.textContent = figures.labels[index];
  tip.replaceChildren(label, ...lines);
  tip.hidden = false;
  const across = figures.shape === "across";
  const middle = [place.clientWidth / 2, place.clientHeight / 2];
  const [x, y] = pixel(chart, series, index, figures.series[series].values[index], across) ?? [
    across ? middle[0] : chart.convertToPixel({ xAxisIndex: 0 }, index),
    across ? chart.convertToPixel({ yAxisIndex: 0 }, index) : middle[1],
  ];
  const left = x + 12 + tip.offsetWidth > place.clientWidth ? x - 12 - tip.offsetWidth : x + 12;
  tip.style.left = `${Math.max(0, left)}px`;
  tip.style.top = `${Math.max(0, Math.min(y - tip.offsetHeight / 2, place.clientHeight - tip.offsetHeight))}px`;
}
