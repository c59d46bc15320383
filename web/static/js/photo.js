// Photos are made small on the device: at most 2048 pixels wide or high, as JPEG, and thereby without EXIF (where, when, by what).

const LONGEST = 2048;
const QUALITY = 0.82;

/** The file as it will be sent: {name, type, body: ArrayBuffer}. What is no picture goes as it is. */
export async function prepared(file) {
  const picture = await decoded(file);
  if (!picture) return { name: file.name || "file", type: file.type, body: await file.arrayBuffer() };
  const canvas = drawn(picture, LONGEST);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return { name: `${stem(file.name)}.jpg`, type: "image/jpeg", body: await blob.arrayBuffer() };
}

/** A small canvas that shows it, or null: a canvas needs no blob: addresses in the page's policy. */
export async function preview(file) {
  const picture = await decoded(new Blob([file.body], { type: file.type }));
  if (!picture) return null;
  const canvas = drawn(picture, 192);
  picture.close();
  return canvas;
}

const stem = (name) => (name || "photo").replace(/\.[^.]*$/, "") || "photo";

async function decoded(blob) {
  if (!blob.type.startsWith("image/") || blob.type === "image/svg+xml") return null;
  try {
    return await createImageBitmap(blob, { imageOrientation: "from-image" });
  } catch {
    return null; // e.g. HEIC where the browser does not know it: the server does
  }
}

function drawn(picture, longest) {
  const share = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * share));
  canvas.height = Math.max(1, Math.round(picture.height * share));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // JPEG has no transparency
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}
