// <div data-chart="#figures" role="img" aria-label="..."></div> draws the JSON of <script id="figures"> (json_script):
// {"type": "bar" | "line" | "pie", "labels": [...], "series": [{"name", "values", "stack"?, "urls"?}], "unit"?, "target"?}
// Canvas and rich-text tooltips only: HTML tooltips would need inline styles, which the CSP forbids.
import { BarChart, LineChart, PieChart } from "echarts/charts";
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { onContent } from "./behaviours/htmx.js";

use([
  AriaComponent,
  BarChart,
  CanvasRenderer,
  GridComponent,
  LegendComponent,
  LineChart,
  MarkLineComponent,
  PieChart,
  TooltipComponent,
]);

// Told apart by people with the common colour blindnesses, too.
const COLOURS = ["#0b5cad", "#c2410c", "#0f766e", "#9d174d", "#6d28d9", "#a16207", "#475569", "#15803d"];
const COLOURS_ON_DARK = ["#6cb2ff", "#fb923c", "#2dd4bf", "#f472b6", "#c4b5fd", "#facc15", "#cbd5e1", "#4ade80"];

onContent("[data-chart]", (place) => {
  const figures = JSON.parse(document.querySelector(place.dataset.chart).textContent);
  const chart = init(place, null, { renderer: "canvas" });
  const draw = () => chart.setOption(options(figures), true);
  draw();
  document.addEventListener("theme:change", draw);
  const resize = new ResizeObserver(() => (place.isConnected ? chart.resize() : dispose()));
  resize.observe(place);
  chart.on("click", (point) => {
    const url = figures.series[point.seriesIndex]?.urls?.[point.dataIndex];
    if (url) location.assign(url);
  });
  function dispose() {
    resize.disconnect();
    document.removeEventListener("theme:change", draw);
    chart.dispose();
  }
});

function options(figures) {
  const dark = document.documentElement.dataset.bsTheme === "dark";
  const ink = dark ? "#e5e7eb" : "#374151";
  const common = {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    aria: { enabled: true },
    color: dark ? COLOURS_ON_DARK : COLOURS,
    textStyle: { color: ink, fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: { renderMode: "richText", trigger: figures.type === "pie" ? "item" : "axis", confine: true },
    legend: { show: figures.series.length > 1 || figures.type === "pie", top: 0, textStyle: { color: ink } },
  };
  return figures.type === "pie" ? { ...common, ...pie(figures) } : { ...common, ...axes(figures, ink) };
}

function axes(figures, ink) {
  const lines = { lineStyle: { color: ink, opacity: 0.4 } };
  return {
    grid: { top: 36, right: 16, bottom: 8, left: 8, containLabel: true },
    xAxis: { type: "category", data: figures.labels, axisLabel: { color: ink }, axisLine: lines },
    yAxis: {
      type: "value",
      name: figures.unit ?? "",
      nameTextStyle: { color: ink },
      axisLabel: { color: ink },
      splitLine: { lineStyle: { color: ink, opacity: 0.12 } },
    },
    series: figures.series.map((one, position) => ({
      type: figures.type,
      name: one.name,
      data: one.values,
      stack: one.stack,
      smooth: false,
      markLine: position === 0 && figures.target != null ? target(figures.target, ink) : undefined,
    })),
  };
}

function target(value, ink) {
  return { silent: true, symbol: "none", label: { color: ink }, data: [{ yAxis: value }] };
}

function pie(figures) {
  const values = figures.series[0]?.values ?? [];
  const data = figures.labels.map((name, position) => ({ name, value: values[position] }));
  return { series: [{ type: "pie", radius: ["45%", "70%"], top: 24, data }] };
}
