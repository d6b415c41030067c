// <button type="button" data-scan="#id_serial" data-text-failed="...">: reads a QR or bar code into that field.
// The decoder is loaded on the first use only; it is larger than everything else on the page.
import { onContent } from "./content.js";
import { show } from "./toasts.js";

export function startScanners() {
  onContent("[data-scan]", (button) => button.addEventListener("click", () => scan(button)));
}

async function scan(button) {
  const field = document.querySelector(button.dataset.scan);
  const { dialog, video } = viewer();
  let controls;
  dialog.addEventListener("close", () => {
    controls?.stop();
    dialog.remove();
  });
  try {
    const { BrowserMultiFormatReader } = await import("@zxing/browser");
    const camera = { video: { facingMode: "environment" } };
    controls = await new BrowserMultiFormatReader().decodeFromConstraints(camera, video, (result) => {
      if (!result) return;
      field.value = result.getText();
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
      dialog.close();
    });
    if (!dialog.open) controls.stop();
  } catch {
    dialog.close();
    show(button.dataset.textFailed, "danger");
    field.focus();
  }
}

function viewer() {
  const dialog = document.createElement("dialog");
  dialog.className = "scanner";
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  dialog.append(video);
  dialog.addEventListener("click", () => dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, video };
}
