// A photo small enough for a poor connection: at most 2,000 pixels long, as JPEG. Drawing it anew also drops where and with
// which camera it was taken. What is no picture goes as it is.
import { sha256 } from "../offline/ids.js";

const LONGEST = 2000;
const QUALITY = 0.85;

// {photo: Blob, file: {name, type, size, sha256}}. Throws when the picture cannot be read.
export async function prepare(chosen) {
  const photo = chosen.type.startsWith("image/") ? await smaller(chosen) : chosen;
  const bytes = await photo.arrayBuffer();
  const name = photo === chosen ? chosen.name : `${chosen.name.replace(/\.[^.]*$/, "") || "photo"}.jpg`;
  return { photo, file: { name, type: photo.type, size: photo.size, sha256: await sha256(bytes) } };
}

async function smaller(chosen) {
  let picture;
  try {
    picture = await createImageBitmap(chosen, { imageOrientation: "from-image" });
  } catch (error) {
    if (/hei[cf]/i.test(chosen.type + chosen.name)) return chosen; // the server reads what this browser does not
    throw error;
  }
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!drawn) throw new Error("not drawn");
  return drawn;
}
