// On a phone a table's rows are drawn as lists (app.css, table.listed): each cell then needs its column's heading.
import { onContent } from "./content.js";

export function startTables() {
  onContent("table.card-table, table.table-dense", (table) => {
    const headings = [...table.querySelectorAll(":scope > thead th")].map((cell) => cell.textContent.trim());
    table.classList.add("listed");
    table.classList.toggle("headed", headings.length > 0);
    for (const row of table.querySelectorAll(":scope > tbody > tr")) {
      [...row.cells].forEach((cell, position) => {
        const text = cell.textContent.trim();
        if (text === "–" || (text === "" && !cell.querySelector("img, meter, progress, input, button, svg"))) {
          cell.classList.add("blank");
        }
        if (position > 0 && headings[position] && cell.colSpan === 1) cell.dataset.label = headings[position];
      });
    }
  });
}
