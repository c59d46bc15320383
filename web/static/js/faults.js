// What is still missing, said at its field and once more at the top, in the words that the server uses (they stand in the page).

const place = (name) => document.getElementById(`fault-${name}`);
// the controls of a field: one, or the buttons of a group
const controls = (form, name) => [...form.querySelectorAll(`[name="${name}"]:not(#camera)`)];

/** By field, what must be mended before this can be sent; empty where nothing must. */
export function check(form) {
  const value = (name) => form.elements[name].value.trim();
  const missing = {};
  const need = (name) => (missing[name] = place(name).dataset.missing);
  if (!value("text")) need("text");
  if (value("text").length > Number(form.dataset.chars)) missing.text = place("text").dataset.long;
  if (!value("competitor")) need("competitor");
  if (value("competitor") === "_other" && !value("competitor_other")) need("competitor_other");
  if (!value("source")) need("source");
  for (const question of form.querySelectorAll("fieldset[data-sources]")) {
    const isOpen = question.dataset.sources.split(" ").includes(value("source"));
    if (isOpen && !value(question.dataset.question)) need(question.dataset.question);
  }
  return missing;
}

/** Shows the faults, and nothing of earlier ones; moves the focus to the summary where there is one. */
export function show(form, faults, heading) {
  for (const note of form.querySelectorAll(".fault")) mark(form, note.id.slice("fault-".length), "");
  const summary = document.getElementById("faults");
  const names = Object.keys(faults);
  summary.hidden = !names.length && !heading;
  if (summary.hidden) return;
  const list = document.createElement("ul");
  for (const name of names) {
    mark(form, name, faults[name]);
    const line = document.createElement("li");
    const [control] = name && place(name) ? controls(form, name) : [];
    if (control) line.append(link(control, place(name).dataset.label), " ");
    line.append(faults[name]);
    list.append(line);
  }
  const title = document.createElement("h2");
  title.textContent = heading || `Not sent yet: ${names.length === 1 ? "one thing is" : `${names.length} things are`} missing`;
  summary.replaceChildren(title, list);
  summary.focus();
}

function link(control, words) {
  const anchor = document.createElement("a");
  anchor.href = `#${control.id}`;
  anchor.textContent = words;
  anchor.addEventListener("click", (event) => {
    event.preventDefault();
    control.closest("details")?.setAttribute("open", "");
    control.focus();
  });
  return anchor;
}

function mark(form, name, words) {
  const note = place(name);
  if (!note) return;
  note.textContent = words;
  note.hidden = !words;
  for (const control of controls(form, name)) {
    if (words) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }
}
