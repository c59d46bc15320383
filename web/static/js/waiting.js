// What this phone still keeps: "2 waiting", and each of them with what is the matter with it.
import "./queue.js";

const queue = globalThis.sightingQueue;

const plural = (count, one, many) => (count === 1 ? one : many.replace("#", count));

/** Draws the badge and the list of one person; of other people's only the number. */
export async function draw(person, { mend, retry }) {
  const { mine, others } = await queue.entries(person);
  const badge = document.getElementById("badge");
  badge.hidden = !mine.length;
  badge.textContent = `${mine.length} waiting`;
  const section = document.getElementById("waiting");
  section.hidden = !mine.length && !others;
  section.querySelector("h2").textContent = mine.length
    ? plural(mine.length, "One sighting is kept on this phone", "# sightings are kept on this phone")
    : "Kept on this phone";
  section.querySelector("#others").textContent = others
    ? plural(others, "1 waiting of another person.", "# waiting of another person.") + " They go when that person signs in here."
    : "";
  section.querySelector("#retry").hidden = !mine.some((entry) => entry.state === "waiting");
  section.querySelector("#retry").onclick = retry;
  section.querySelector("ul").replaceChildren(...mine.map((entry) => row(entry, mend)));
  navigator.setAppBadge?.(mine.length).catch(() => {});
}

function row(entry, mend) {
  const line = document.createElement("li");
  const text = entry.fields.find(([name]) => name === "text")?.[1] ?? "";
  const words = document.createElement("span");
  words.className = "kept-text";
  words.textContent = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  const state = document.createElement("small");
  state.textContent =
    entry.state === "needs_you"
      ? `Needs you: ${entry.why}`
      : `Waiting since ${new Date(entry.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}`;
  line.append(words, state);
  if (entry.state === "needs_you") {
    line.append(button("Mend it", () => mend(entry)), button("Throw it away", () => throwAway(entry)));
  }
  return line;
}

async function throwAway(entry) {
  if (confirm("Throw this sighting away? It was never sent.")) await queue.drop(entry.id);
}

function button(words, work) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "small";
  made.textContent = words;
  made.addEventListener("click", work);
  return made;
}
