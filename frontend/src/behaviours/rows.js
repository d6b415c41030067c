// j and k walk through the rows of a list by their first link, so that Enter opens the row without further code.
export function startRows() {
  document.addEventListener("shortcut:row-next", (event) => walk(event, 1));
  document.addEventListener("shortcut:row-previous", (event) => walk(event, -1));
}

function walk(event, step) {
  const where = document.getElementById("list-rows") ? "#list-rows > tr" : "main tbody tr";
  const links = [...document.querySelectorAll(where)].map((row) => row.querySelector("a[href]")).filter(Boolean);
  if (!links.length) return;
  event.preventDefault();
  const here = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  links[Math.min(Math.max(here + step, 0), links.length - 1)].focus();
}
