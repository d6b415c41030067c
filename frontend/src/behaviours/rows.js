// j and k walk through the rows of a list by their first link, so that Enter opens the row without further code.
export function startRows() {
  document.addEventListener("keydown", (event) => {
    if ((event.key !== "j" && event.key !== "k") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
    const where = document.getElementById("list-rows") ? "#list-rows > tr" : "main tbody tr";
    const links = [...document.querySelectorAll(where)].map((row) => row.querySelector("a[href]"));
    const rows = links.filter(Boolean);
    if (!rows.length) return;
    event.preventDefault();
    const here = rows.findIndex((link) => link.closest("tr").contains(document.activeElement));
    const next = event.key === "j" ? Math.min(here + 1, rows.length - 1) : Math.max(here - 1, 0);
    rows[next].focus();
  });
}
