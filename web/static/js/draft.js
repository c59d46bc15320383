// What is being written survives a reload, a crash, a dead battery: saved at every keystroke, per person.
import "./queue.js";

const queue = globalThis.sightingQueue;
const FIXED = new Set(["sighting_id", "written_by", "opened_at", "files", "website"]);

// what nobody in particular wrote must not greet the next person: it stays in its tab
const place = (person) => (person ? localStorage : sessionStorage);
const key = (person) => `detente-draft:${person}`;

/** The fields that a person fills in, as [name, value] pairs; empty ones are left out. */
export function filled(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && value && !FIXED.has(name));
}

/** Saves the fields; the photos are saved when they change. */
export function save(form, person, { id, opened, mends }, photoCount) {
  const fields = filled(form);
  try {
    if (fields.length || photoCount) place(person).setItem(key(person), JSON.stringify({ id, opened, mends, fields }));
    else place(person).removeItem(key(person));
  } catch {
    // storage is full or forbidden: the form works, a reload loses it
  }
}

/** The saved draft, {id, opened, mends, fields}, or null. */
export function saved(person) {
  try {
    return JSON.parse(place(person).getItem(key(person)) ?? "null");
  } catch {
    return null;
  }
}

/** Puts the fields back; opens the details where one of them stands there. */
export function restore(form, fields) {
  for (const control of form.elements) {
    if (!control.name || FIXED.has(control.name) || control.type === "file") continue;
    const values = fields.filter(([name]) => name === control.name).map(([, value]) => value);
    if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
    else control.value = values[0] ?? "";
    if (values.length) control.closest("details")?.setAttribute("open", "");
  }
}

/** Forgets the draft; with it its photos, unless the queue has taken them. */
export function clear(person, id) {
  try {
    place(person).removeItem(key(person));
  } catch {
    // nothing was kept
  }
  return queue.dropPhotos(id).catch(() => {});
}
