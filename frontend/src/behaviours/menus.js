// <button data-toggle="#menu" aria-expanded="false"> shows and hides; an open <details class="dropdown-details"> closes
// on Escape and on a click elsewhere, as menus do.
export function startMenus() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-toggle]");
    if (button) toggle(button);
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    }
  });
}

function toggle(button) {
  const shown = document.querySelector(button.dataset.toggle)?.classList.toggle("show");
  button.setAttribute("aria-expanded", String(Boolean(shown)));
}

function openMenus() {
  return document.querySelectorAll("details.dropdown-details[open]");
}
