// "2 waiting" on every page but the form, which says more: what this phone still keeps also goes from here.
import "./queue.js";

const queue = globalThis.sightingQueue;
const badge = document.getElementById("badge");
const { person } = badge.dataset;
let sent = 0;

async function draw() {
  const { mine } = await queue.entries(person);
  badge.hidden = !mine.length && !sent;
  badge.href = mine.length ? "/r/new#waiting" : "/r/mine";
  badge.textContent = mine.length ? `${mine.length} waiting` : `${sent} sent`;
  navigator.setAppBadge?.(mine.length).catch(() => {});
}

async function drain() {
  const outcomes = await queue.drain(person).catch(() => [{ state: "later" }]);
  sent += outcomes.filter((outcome) => outcome.state === "sent").length;
  await draw().catch(() => {});
  const later = outcomes.filter((outcome) => outcome.state === "later");
  if (later.length) setTimeout(drain, 1000 * Math.max(5, ...later.map(({ after }) => after ?? 0)));
}

if (await queue.available()) {
  queue.onChange(() => draw().catch(() => {}));
  addEventListener("online", drain);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && drain());
  await draw().catch(() => {});
  await drain();
}
