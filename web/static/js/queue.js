// Sightings that were sent and are not received yet, kept on this device until the server says that it has them.
//
// A classic script on purpose: pages import it, and the service worker of every browser can take it with importScripts.
//
// An entry: {id, person, at, opened, fields: [[name, value]], files: [{name, type, body: ArrayBuffer}], state, why, faults}
// state: "waiting" (goes by itself) or "needs_you" (its writer must mend it).
// An entry belongs to the person who wrote it: it is sent as that person or not at all, and the server looks too.
globalThis.sightingQueue ??= (() => {
  const FORM = "/r/new";
  const STORES = { queue: "id", photos: "id", device: "key" };
  const news = globalThis.BroadcastChannel ? new BroadcastChannel("detente-queue") : null;
  let opened = null;

  function database() {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("detente", 1);
      request.onupgradeneeded = () => {
        for (const [name, keyPath] of Object.entries(STORES)) request.result.createObjectStore(name, { keyPath });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    }).catch((error) => {
      opened = null;
      throw error;
    });
    return opened;
  }

  /** One request in one transaction; resolves when the transaction is complete, that is: durable. */
  async function stored(store, mode, ask) {
    const transaction = (await database()).transaction(store, mode, { durability: "strict" });
    const request = ask(transaction.objectStore(store));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }

  const get = (store, key) => stored(store, "readonly", (rows) => rows.get(key));
  const put = (store, row) => stored(store, "readwrite", (rows) => rows.put(row));
  const remove = (store, key) => stored(store, "readwrite", (rows) => rows.delete(key));

  // a channel speaks to the other tabs only
  const listeners = [];
  const tell = () => listeners.forEach((listen) => listen());
  news?.addEventListener("message", tell);

  function changed() {
    news?.postMessage("changed");
    tell();
  }

  async function keep(entry) {
    await put("queue", entry);
    changed();
  }

  async function drop(id) {
    await remove("queue", id);
    changed();
  }

  /** Those of this person, the oldest first, and how many are somebody else's: of those nothing more is told. */
  async function entries(person) {
    const all = await stored("queue", "readonly", (rows) => rows.getAll());
    const mine = all.filter((entry) => entry.person === person).sort((a, b) => (a.at < b.at ? -1 : 1));
    return { mine, others: all.length - mine.length };
  }

  function body(entry) {
    const data = new FormData();
    for (const [name, value] of entry.fields) data.append(name, value);
    data.set("sighting_id", entry.id);
    data.set("written_by", entry.person);
    data.set("sent_at", entry.at);
    data.set("seconds_open", Math.max(0, (Date.now() - Date.parse(entry.opened)) / 1000).toFixed(1));
    for (const file of entry.files) data.append("files", new Blob([file.body], { type: file.type }), file.name);
    return data;
  }

  /** What became of it: {state: sent | later | sign_in | other_person | needs_you, …}. Never throws. */
  async function post(entry) {
    let response;
    try {
      response = await fetch(FORM, {
        method: "POST",
        body: body(entry),
        headers: { Accept: "application/json" },
        redirect: "manual", // to the sign-in page: a session that ended
        signal: AbortSignal.timeout?.(90_000), // a dead line says nothing: what waits goes later
      });
    } catch {
      return { state: "later", why: "no connection" };
    }
    const told = await response.json().catch(() => ({}));
    const { status } = response;
    // a hotel's sign-in page answers 200 as well: only an answer about this very sighting counts
    if ((status === 200 || status === 201) && told.sighting_id === entry.id) return { state: "sent", ...told };
    if (status === 401 || response.type === "opaqueredirect") return { state: "sign_in" };
    if (status === 409 && told.code === "other_person") return { state: "other_person" };
    if (status < 400 || status === 408 || status === 425 || status === 429 || status >= 500) {
      return { state: "later", why: told.title ?? told.detail ?? "no answer", after: Number(response.headers.get("Retry-After")) || 0 };
    }
    const faults = Object.fromEntries((told.errors ?? []).map(({ field, detail }) => [field, detail]));
    return { state: "needs_you", why: told.detail ?? `the server said ${status}`, faults, status };
  }

  async function send(entry) {
    const outcome = await post(entry);
    if (outcome.state === "sent") await drop(entry.id);
    if (outcome.state === "needs_you") {
      const { why, faults, status } = outcome;
      await keep({ ...entry, state: "needs_you", why, faults, isTaken: status === 409 });
    }
    return { id: entry.id, ...outcome };
  }

  // two tabs, or a tab and the service worker, send one after the other; the server takes each one once anyway
  function alone(work) {
    return navigator.locks ? navigator.locks.request("detente-queue", work) : work();
  }

  /** Sends one; "sent" too where another tab was faster. */
  const sendOne = (id) =>
    alone(async () => {
      const entry = await get("queue", id);
      return entry ? send(entry) : { id, state: "sent", location: `/r/${id}?new=1` };
    });

  /** Sends what waits of this person, until one cannot go; returns the outcomes. */
  const drain = (person) =>
    alone(async () => {
      const outcomes = [];
      for (const entry of person ? (await entries(person)).mine : []) {
        if (entry.state !== "waiting") continue;
        const outcome = await send(entry);
        outcomes.push(outcome);
        if (!["sent", "needs_you"].includes(outcome.state)) break;
      }
      return outcomes;
    });

  /** Asks the browser to wake the service worker when there is a connection; a bonus where it exists. */
  async function wakeLater() {
    navigator.storage?.persist?.().catch(() => {}); // so that the browser does not tidy it away
    try {
      await (await navigator.serviceWorker?.ready)?.sync?.register("send-sightings");
    } catch {
      // not granted, or not known: load, online and visibility drain as well
    }
  }

  return {
    available: () => database().then(() => true, () => false),
    keep,
    drop,
    entries,
    entry: (id) => get("queue", id),
    sendOne,
    drain,
    wakeLater,
    onChange: (listen) => listeners.push(listen),
    photos: (id) => get("photos", id).then((row) => row?.files ?? []),
    keepPhotos: (id, files) => put("photos", { id, files }),
    dropPhotos: (id) => remove("photos", id),
    // whose form this device showed last, and its competitors: for the form without a connection
    device: () => get("device", "last").then((row) => row ?? { person: "", choices: [], names: [] }),
    remember: (row) => put("device", { ...row, key: "last" }),
    forget: () => remove("device", "last"),
  };
})();
