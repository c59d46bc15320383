// The competitors on the form that came without a connection: this device remembers those of the last time.

/** What a page of the server shows: [[slug, name]], and all names for the search field. */
export function read(form) {
  const choices = [...form.querySelectorAll("#chips input[data-slug]")].map((input) => [input.value, input.nextElementSibling.textContent]);
  const names = [...form.querySelectorAll("#names option")].map((option) => option.value);
  return { choices, names };
}

/** Draws them, where the page holds none yet; what was chosen stays chosen. */
export function draw(form, { choices, names }) {
  const chips = form.querySelector("#chips");
  const chosen = form.elements.competitor.value;
  for (const old of chips.querySelectorAll("input[data-slug]")) old.closest("label").remove();
  const first = chips.firstElementChild;
  choices.forEach(([slug, name], position) => first.before(chip(slug, name, position)));
  if (chosen) for (const input of chips.querySelectorAll("input")) input.checked = input.value === chosen;
  form.querySelector("#names").replaceChildren(
    ...names.map((name) => {
      const option = document.createElement("option");
      option.value = name;
      return option;
    }),
  );
}

function chip(slug, name, position) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "competitor", value: slug, id: `competitor-${position}` });
  input.dataset.slug = "";
  const words = document.createElement("span");
  words.textContent = name;
  label.className = "chip";
  label.append(input, words);
  return label;
}
