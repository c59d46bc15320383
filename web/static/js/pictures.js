// The photos and files of the form: chosen, taken, pasted or dropped; shown small, each with a button that removes it.
import { prepared, preview } from "./photo.js";

/** `changed(files)` is called whenever they change; `say` tells what could not be taken. */
export function pictures(form, { say, changed }) {
  const most = Number(form.dataset.files);
  const bytes = Number(form.dataset.bytes);
  const list = document.getElementById("previews");
  let files = [];
  let work = Promise.resolve();

  // one after the other: two big photos at once are too much for a small phone
  function add(chosen) {
    const all = [...chosen];
    if (all.length) work = work.then(() => addAll(all)).catch(() => say("That file could not be read. Choose it again."));
    return work;
  }

  async function addAll(chosen) {
    for (const file of chosen) {
      if (files.length >= most) {
        say(`${most} files are the most that one sighting can hold.`);
        break;
      }
      const made = await prepared(file);
      if (made.body.byteLength > bytes) {
        say(`${made.name} is too large: ${Math.round(bytes / 1e6)} MB are the most.`);
        continue;
      }
      files = [...files, made];
      list.append(await row(made));
    }
    changed(files);
  }

  async function row(file) {
    const line = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = `${file.name}, ${size(file.body.byteLength)}`;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = "Remove";
    button.setAttribute("aria-label", `Remove ${file.name}`);
    button.addEventListener("click", () => {
      files = files.filter((other) => other !== file);
      line.remove();
      changed(files);
      document.getElementById("files").focus();
    });
    const picture = await preview(file);
    if (picture) {
      picture.setAttribute("aria-hidden", "true");
      line.append(picture);
    }
    line.append(name, button);
    return line;
  }

  for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      const chosen = [...input.files];
      input.value = "";
      add(chosen);
    });
  }
  form.addEventListener("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    add(event.clipboardData.files);
  });
  document.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.classList.add("dropping");
  });
  document.addEventListener("dragleave", () => form.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    form.classList.remove("dropping");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });

  return {
    /** The files, once all of them are prepared. */
    ready: () => work.then(() => files),
    count: () => files.length,
    /** Shows these and no others. */
    set: (kept) => {
      work = work.then(async () => {
        files = [...kept];
        list.replaceChildren(...(await Promise.all(files.map(row))));
      });
    },
  };
}

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);
