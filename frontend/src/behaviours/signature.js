// <div data-signature><canvas></canvas><input type="hidden" name="png"><button type="button" data-clear>...</div>
// The hidden field holds the drawing as a PNG data URL, and nothing while the pad is empty.
import SignaturePad from "signature_pad";
import { onContent } from "./content.js";

export function startSignatures() {
  onContent("[data-signature]", (box) => {
    const canvas = box.querySelector("canvas");
    const field = box.querySelector("input");
    const pad = new SignaturePad(canvas, { penColor: "#111", backgroundColor: "#fff" });
    fit(canvas, pad);
    new ResizeObserver(() => fit(canvas, pad)).observe(canvas);
    const take = () => {
      field.value = pad.isEmpty() ? "" : pad.toDataURL("image/png");
      box.dispatchEvent(new CustomEvent("signature:change", { bubbles: true }));
    };
    pad.addEventListener("endStroke", take);
    box.querySelector("[data-clear]")?.addEventListener("click", () => {
      pad.clear();
      take();
    });
  });
}

// The drawing surface follows the size on the screen; the strokes drawn so far are kept.
function fit(canvas, pad) {
  const ratio = Math.max(devicePixelRatio, 1);
  const [width, height] = [Math.round(canvas.offsetWidth * ratio), Math.round(canvas.offsetHeight * ratio)];
  if (!width || (canvas.width === width && canvas.height === height)) return;
  const strokes = pad.toData();
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").scale(ratio, ratio);
  pad.clear();
  pad.fromData(strokes);
}
