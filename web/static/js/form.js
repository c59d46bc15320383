// The form with JavaScript: a draft at every keystroke, photos made small, and a queue that sends exactly once, also days later.
// Without it the form is plain HTML and works as well.
import * as choices from "./choices.js";
import * as draft from "./draft.js";
import * as faults from "./faults.js";
import { newId } from "./ids.js";
import { pictures } from "./pictures.js";
import * as personal from "./personal.js";
import "./queue.js";
import * as waiting from "./waiting.js";

const queue = globalThis.sightingQueue;
const form = document.getElementById("report");
const status = document.getElementById("status");
const send = document.getElementById("send");

// whose form this is; "" until somebody is known. `mends` is the queue's entry that this one replaces.
let person = form.dataset.person;
let current = { id: newId(), opened: new Date().toISOString(), mends: null };
let isBusy = false;
let retryTimer = 0;
let retryS = 5; // twice as long each time, two minutes at most
let photos;

async function start() {
  form.noValidate = true; // the checks below say more than the browser's
  form.classList.add("enhanced");
  photos = pictures(form, { say, changed: keepPhotos });
  form.addEventListener("input", () => {
    save();
    hint();
  });
  form.addEventListener("submit", submit);
  queue.onChange(redraw);
  addEventListener("online", drain);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && drain());
  navigator.serviceWorker?.register("/sw.js").catch(() => {});
  if (form.dataset.shell === undefined) await known();
  else await unknown();
  form.dataset.ready = ""; // tests wait for it
  await drain();
}

/** A page that the server made: it says who this is. */
async function known() {
  await queue.remember({ person, ...choices.read(form) });
  // a form that came back with faults holds what was typed; its files are the only thing to choose again
  if (form.dataset.kept === undefined) await restore();
}

/** The page of the service worker, the same for everybody: who this is, the server says, or else this device. */
async function unknown() {
  const device = await queue.device();
  choices.draw(form, device);
  prefill();
  const told = await whoIsThere();
  person = told.isNobody ? "" : told.person || device.person;
  if (told.isNobody) say("Your account may not report. An administrator can change that.");
  if (told.person) {
    choices.draw(form, told);
    await queue.remember(told);
  }
  if (told.isSignedOut) signIn("You are signed out. Write now, and sign in to send.");
  prefill();
  await restore();
}

async function whoIsThere() {
  try {
    const options = { headers: { Accept: "application/json" }, redirect: "manual", signal: AbortSignal.timeout(4000) };
    const response = await fetch(form.getAttribute("action"), options);
    if (response.type === "opaqueredirect" || response.status === 401) return { isSignedOut: true };
    // somebody is there who may not report: what this device keeps of somebody else is not for their eyes
    if (response.status === 403) return { isNobody: true };
    return response.ok ? await response.json() : {};
  } catch {
    return {}; // no connection
  }
}

function prefill() {
  const asked = new URLSearchParams(location.search);
  for (const input of form.querySelectorAll("#chips input[data-slug]")) {
    if (!form.elements.competitor.value && input.value === asked.get("competitor")) input.checked = true;
  }
}

async function restore() {
  const kept = draft.saved(person);
  if (!kept || form.elements.text.value) return;
  current = { id: kept.id, opened: kept.opened, mends: kept.mends ?? null };
  draft.restore(form, kept.fields);
  photos.set(await queue.photos(current.id).catch(() => []));
  hint();
}

function save() {
  draft.save(form, person, current, photos.count());
}

/** Puts the photos beside the draft; they are too large for where its words are. */
function keepPhotos(files) {
  return queue.keepPhotos(current.id, files).then(save).catch(() => {});
}

/** What stands in the form replaces this entry of the queue; with a new id where its own belongs to another sighting. */
function becomes(kept) {
  const isTaken = Boolean(kept.isTaken);
  current = { id: isTaken ? newId() : kept.id, opened: kept.opened, mends: isTaken ? kept.id : null };
  return keepPhotos(kept.files);
}

async function submit(event) {
  event.preventDefault();
  if (isBusy) return;
  const missing = faults.check(form);
  faults.show(form, missing);
  if (Object.keys(missing).length) return;
  if (!person) {
    signIn("Nobody has signed in on this phone yet. Your draft stays in this tab.");
    return;
  }
  busy(true);
  try {
    await sent(await entry());
  } catch {
    // the queue could not keep it: storage is full or forbidden. What was typed still stands in the form
    say("This phone has no room to keep it. Leave out a photo, or make room, and send again.");
  } finally {
    busy(false);
  }
}

async function entry() {
  const files = await photos.ready();
  const { id, opened } = current;
  const at = new Date().toISOString();
  return { id, opened, at, person, fields: draft.filled(form), files, state: "waiting", why: "" };
}

/** Into the queue first, and only then on its way. */
async function sent(made) {
  await queue.keep(made);
  let outcome = await queue.sendOne(made.id);
  // a server that asks for a moment gets it while the form still stands
  if (outcome.state === "later" && outcome.after && outcome.after <= 3) {
    await new Promise((done) => setTimeout(done, 1000 * outcome.after));
    outcome = await queue.sendOne(made.id);
  }
  if (outcome.state === "needs_you") {
    await becomes({ ...made, isTaken: outcome.status === 409 });
    faults.show(form, outcome.faults, Object.keys(outcome.faults).length ? "" : outcome.why);
    return;
  }
  if (current.mends) await queue.drop(current.mends);
  await draft.clear(person, made.id);
  if (outcome.state === "sent") {
    location.assign(outcome.location);
    return;
  }
  fresh();
  told(outcome);
  await queue.wakeLater();
}

function fresh() {
  form.reset();
  photos.set([]);
  faults.show(form, {});
  hint();
  current = { id: newId(), opened: new Date().toISOString(), mends: null };
  form.querySelector("details")?.removeAttribute("open");
}

function told(outcome) {
  clearTimeout(retryTimer);
  if (outcome.state === "sign_in") signIn("Sign in again: nothing is lost, it is kept on this phone.");
  else if (outcome.state === "other_person") signIn("Somebody else has signed in on this phone. It is kept until you do.");
  else {
    const reason = outcome.why && outcome.why !== "no connection" ? ` (${outcome.why})` : "";
    say(`Kept on this phone${reason}. It goes by itself as soon as it can.`);
    retryTimer = setTimeout(drain, 1000 * (outcome.after || retryS));
    retryS = Math.min(2 * retryS, 120);
  }
}

async function drain() {
  const outcomes = await queue.drain(person).catch(() => []);
  const done = outcomes.filter((outcome) => outcome.state === "sent");
  const stuck = outcomes.find((outcome) => !["sent", "needs_you"].includes(outcome.state));
  if (done.length) {
    retryS = 5;
    sayLinks(done);
  }
  if (stuck) told(stuck);
  await redraw();
}

function redraw() {
  return waiting.draw(person, { mend, retry: drain }).catch(() => {});
}

/** Opens one that the server refused; it stays in the queue until its mended form is kept there. */
function mend(kept) {
  if (form.elements.text.value.trim() && current.id !== kept.id) {
    say("First send or empty what you are writing; then mend this one.");
    form.elements.text.focus();
    return;
  }
  draft.restore(form, kept.fields);
  photos.set(kept.files);
  becomes(kept);
  faults.show(form, kept.faults ?? {}, Object.keys(kept.faults ?? {}).length ? "" : kept.why);
}

function hint() {
  const box = document.getElementById("hint");
  const text = form.elements.text;
  const kinds = personal.found(text.value);
  box.hidden = !kinds;
  if (!kinds) return;
  box.querySelector("span").textContent = `There is ${kinds} in your text. Remove it?`;
  box.querySelector("button").onclick = () => {
    text.value = personal.without(text.value);
    text.focus();
    save();
    hint();
  };
}

function busy(is) {
  isBusy = is;
  send.setAttribute("aria-disabled", String(is));
  send.textContent = is ? "Sending…" : "Send";
}

function say(words) {
  status.replaceChildren(words);
}

function sayLinks(done) {
  const links = done.flatMap((outcome) => [" ", anchor(outcome.location, outcome.name ?? "receipt")]);
  status.replaceChildren(done.length === 1 ? "Sent:" : `${done.length} sent:`, ...links);
}

function signIn(words) {
  status.replaceChildren(`${words} `, anchor("/sign-in?next=/r/new", "Sign in"));
}

function anchor(href, words) {
  const made = document.createElement("a");
  made.href = href;
  made.textContent = words;
  return made;
}

if (await queue.available()) await start();
