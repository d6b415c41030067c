// <div data-chart="canvas-flow" data-figures="{...}"> gives #canvas-flow its figures (see reports/queries/charts.py):
// {"shape": "bar" | "line" | "across", "unit", "empty", "labels": [...], "axis": [...],
//  "series": [{"name", "values", "texts", "urls", "target", "shape"?: "share"}]}
// When new figures come in, the canvas stays and draws them. Every word is the server's.
import { BarChart, LineChart } from "echarts/charts";
import { GridSimpleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { point } from "./behaviours/chart_pointer.js";
import { onContent } from "./behaviours/content.js";

use([BarChart, CanvasRenderer, GridSimpleComponent, LineChart]);

const INKS = ["1", "2", "3", "4"];
const SYMBOLS = ["circle", "rect", "triangle", "diamond"];
const FEW = 12;
const ROOM = 24; // pixels of a bar that can carry its number

onContent("[data-chart]", (twin) => {
  const place = document.getElementById(twin.dataset.chart);
  place.figures = JSON.parse(twin.dataset.figures);
  if (place.redraw) place.redraw();
  else start(place);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

function start(place) {
  place.redraw = () => {
    if (!place.figures.empty) draw(place);
  };
  place.redraw();
  place.dataset.drawn = "yes";
}

function draw(place) {
  const chart = init(place, null, { renderer: "canvas" });
  place.redraw = () => chart.setOption(options(place, chart.getWidth()), true);
  place.redraw();
  point(place, chart);
  const fit = () => {
    chart.resize();
    place.redraw();
  };
  document.addEventListener("theme:change", place.redraw);
  window.addEventListener("beforeprint", fit);
  new ResizeObserver(fit).observe(place);
}

function options(place, width) {
  const { figures } = place;
  const inks = colours(place);
  const across = figures.shape === "across";
  const share = figures.series.some((one) => one.shape === "share");
  const names = nameAxis(figures, inks, width);
  const values = { ...valueAxis(figures.unit, inks), ...bounds(figures) };
  const second = { ...valueAxis("%", inks), min: 0, max: 100, splitLine: { show: false } };
  return {
    animation: !place.dataset.drawn && !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 400,
    color: inks.series,
    textStyle: { color: inks.text, fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { top: 20, right: share ? 8 : 22, bottom: 6, left: 4, containLabel: true },
    xAxis: across ? values : names,
    yAxis: across ? names : share ? [values, second] : values,
    series: [
      ...figures.series.map((one, position) => marks(figures, one, position, inks, width)),
      ...figures.series.flatMap((one, position) => target(figures, one, inks.series[position])),
    ],
  };
}

function nameAxis(figures, inks, width) {
  const across = figures.shape === "across";
  const each = (width - 60) / Math.min(figures.labels.length, FEW);
  return {
    type: "category",
    data: figures.axis,
    inverse: across,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: inks.line } },
    axisLabel: {
      color: inks.text,
      hideOverlap: true,
      interval: across || (figures.labels.length <= FEW && each >= 32) ? 0 : "auto",
      width: across ? Math.min(130, width / 3) : Math.max(32, each),
      overflow: across ? "truncate" : /^[\d-]+$/.test(figures.axis[0]) ? "none" : "break",
    },
  };
}

function valueAxis(unit, inks) {
  return {
    type: "value",
    minInterval: unit === "%" ? undefined : 1,
    axisLabel: { color: inks.text, hideOverlap: true, formatter: unit === "%" ? "{value}%" : undefined },
    splitLine: { lineStyle: { color: inks.line, opacity: 0.6 } },
  };
}

// High shares are told apart from the half upwards, low ones from nought.
function bounds(figures) {
  if (figures.unit !== "%") return {};
  const known = figures.series.flatMap((one) => [...one.values, one.target]).filter((value) => value != null);
  const lowest = Math.min(...known);
  const highest = Math.max(...known);
  return {
    min: lowest > 55 ? Math.floor((lowest - 5) / 10) * 10 : 0,
    max: highest > 50 && highest <= 100 ? 100 : undefined,
  };
}

function marks(figures, one, position, inks, width) {
  const line = figures.shape === "line" || one.shape === "share";
  const across = figures.shape === "across";
  return {
    type: line ? "line" : "bar",
    name: one.name,
    data: one.values,
    yAxisIndex: one.shape === "share" ? 1 : 0,
    cursor: "pointer",
    barMaxWidth: 34,
    symbol: SYMBOLS[position],
    symbolSize: figures.labels.length > 20 ? 6 : 8,
    showAllSymbol: true,
    itemStyle: { color: inks.series[position], borderRadius: across ? [0, 2, 2, 0] : [2, 2, 0, 0] },
    lineStyle: { color: inks.series[position], width: 2 },
    label: {
      show: !line && (across || width / (figures.labels.length * figures.series.length) > ROOM),
      position: across ? "right" : "top",
      color: inks.text,
      formatter: ({ dataIndex }) => (one.values[dataIndex] ? one.texts[dataIndex] : ""),
    },
  };
}

// What should be, as a broken line; its words stand in the legend.
function target(figures, one, color) {
  if (one.target == null) return [];
  const flat = figures.labels.map(() => one.target);
  const lineStyle = { color, type: "dashed", width: 1.5, opacity: 0.7 };
  return [{ type: "line", data: flat, silent: true, symbol: "none", animation: false, lineStyle, z: 1 }];
}

// The theme's colours as the canvas needs them: whatever notation the style sheet uses, painted once and read back.
function colours(place) {
  const read = (name) => {
    const probe = document.createElement("i");
    probe.className = `chart-ink chart-ink-${name}`;
    place.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return painted(color);
  };
  return { series: INKS.map(read), text: read("text"), line: read("line") };
}

function painted(color) {
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  brush.fillStyle = color;
  brush.fillRect(0, 0, 1, 1);
  const [red, green, blue] = brush.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}
