// The report on the screen, line by line as the server would draw it.
export function drawPreview(place, content, diagnosis) {
  const { yes, no, none, between } = place.dataset;
  const said = {
    ...content,
    fault_class: faultName(diagnosis, content.fault_class),
    parts: content.parts.map(({ part, quantity }) => `${part} × ${quantity}`).join(between) || none,
    tested: content.tested ? yes : no,
    demonstrated: content.demonstrated ? yes : no,
  };
  for (const row of place.querySelectorAll("[data-row]")) {
    const value = said[row.dataset.row];
    row.textContent = value === null || value === undefined || value === "" ? "–" : value;
  }
}

function faultName(diagnosis, code) {
  const option = code && diagnosis?.content.querySelector(`[name=fault_class] option[value="${CSS.escape(code)}"]`);
  return option ? option.textContent : "";
}
