// <button data-print-page> prints the page as its print style shows it.
export function startPrinting() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print-page]")) window.print();
  });
}
