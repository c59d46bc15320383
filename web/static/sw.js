// The form without a connection. The server puts VERSION, FORM, FILES and QUEUE before this text; another version is another worker.
//
// Kept: the one form page that is the same for everybody, and the files that it needs. No page of a person is ever kept.
importScripts(QUEUE);

const CACHE = `detente-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll([FORM, ...FILES].map((path) => new Request(path, { cache: "reload", credentials: "omit" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE && name.startsWith("detente-")).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.method === "GET" && request.mode === "navigate" && address.pathname === "/r/new") {
    // the form is there at once, with or without a connection; it asks the server by itself who is there
    event.respondWith(kept(FORM, request));
  } else if (request.method === "GET" && address.pathname.startsWith("/static/")) {
    event.respondWith(kept(request, request));
  } else if (request.method === "POST" && address.pathname === "/sign-out") {
    // whoever signs out does not leave their name on this phone; what waits stays theirs
    event.waitUntil(sightingQueue.forget());
  }
});

async function kept(key, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(key)) ?? fetch(request);
}

self.addEventListener("sync", (event) => {
  if (event.tag === "send-sightings") event.waitUntil(sendWhatWaits());
});

async function sendWhatWaits() {
  const { person } = await sightingQueue.device();
  const outcomes = await sightingQueue.drain(person);
  // the browser tries a sync that failed again by itself
  if (outcomes.some(({ state }) => state === "later")) throw new Error("not yet");
}
