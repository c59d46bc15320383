"""Pages that a browser must run: it sees what our guarded client fetches for it, and dials nothing itself."""

from __future__ import annotations

import socket
import threading

import pytest

from detente.records import Outcome

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]

SHELL = """<!doctype html><html><head><title>Kestrel</title><script src="/app.js"></script>
<link rel="stylesheet" href="/style.css"></head><body><div id="root"></div><img src="/logo.png"></body></html>"""
APP = """document.addEventListener('DOMContentLoaded', async () => {
  const plans = await (await fetch('/plans.json')).json();
  document.querySelector('#root').innerHTML = plans.map(p => `<h2>${p.name}</h2><p>$${p.price}</p>`).join('');
});"""


@pytest.fixture
def trap():
    """A listening socket that counts who connects to it."""
    listener = socket.socket()
    listener.bind(("127.0.0.5", 0))
    listener.listen()
    callers: list[object] = []

    def listen() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            callers.append(caller)
            caller.close()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield listener.getsockname()[1], callers
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_scripts_run_and_what_they_ask_for_comes_through_the_guarded_client(world):
    site = world.site(
        answers={
            "/": world.html(SHELL),
            "/app.js": world.http(APP, headers=("Content-Type: text/javascript",)),
            "/plans.json": world.http('[{"name": "Team", "price": 12}]', headers=("Content-Type: application/json",)),
        }
    )
    (fetch,) = world.fetch_all([world.page(site.url(), render=True)], deadline_s=30)
    assert (fetch.outcome, fetch.detail) == (Outcome.OK, "")
    assert b"<h2>Team</h2><p>$12</p>" in world.body(fetch)
    assert site.paths == ["/", "/app.js", "/plans.json"]
    assert all("Detente/" in hit.headers["user-agent"] for hit in site.hits)
    assert fetch.etag is None


def test_a_page_cannot_make_the_browser_reach_inside(world, trap):
    port, callers = trap
    inside = f"127.0.0.5:{port}"
    script = f"""
      fetch('http://{inside}/fetch', {{mode: 'no-cors'}}).catch(() => {{}});
      navigator.sendBeacon('http://{inside}/beacon', 'x');
      try {{ new WebSocket('ws://{inside}/socket'); }} catch (e) {{}}
      new Image().src = 'http://{inside}/image';
      const frame = document.createElement('iframe'); frame.src = 'http://{inside}/frame'; document.body.append(frame);
      const link = document.createElement('link'); link.rel = 'preconnect'; link.href = 'http://{inside}';
      document.head.append(link);
      new Worker(URL.createObjectURL(new Blob(["fetch('http://{inside}/worker')"])));
      document.body.append('ran');
    """
    site = world.site(answers={"/": world.html(f"<title>Plans</title><body><p>Hi</p><script>{script}</script></body>")})
    (fetch,) = world.fetch_all([world.page(site.url(), render=True)], deadline_s=30)
    assert Outcome.OK is fetch.outcome
    assert b"ran" in world.body(fetch)
    assert callers == []
    assert {"127.0.0.1"} == set(world.network.dialled)


def test_a_page_that_never_comes_to_rest_has_a_deadline(world):
    site = world.site(answers={"/": world.html("<title>Plans</title><script>while (true) {}</script>")})
    (fetch,) = world.fetch_all([world.page(site.url(), render=True)], deadline_s=4)
    assert (fetch.outcome, fetch.snapshot) == (Outcome.BROWSER_ERROR, None)


def test_a_wall_that_scripts_put_up_is_seen(world):
    site = world.site(answers={"/": world.html("<script>document.title = 'Just a moment...'</script><p>wait</p>")})
    (fetch,) = world.fetch_all([world.page(site.url(), render=True)], deadline_s=30)
    assert Outcome.BLOCKED is fetch.outcome


def test_without_a_browser_the_page_says_what_to_install(world, monkeypatch):
    monkeypatch.setenv("PATH", "")
    site = world.site(answers={"/": world.html(SHELL)})
    (fetch,) = world.fetch_all([world.page(site.url(), render=True)])
    assert (fetch.outcome, fetch.snapshot) == (Outcome.BROWSER_ERROR, None)
    assert "apt install chromium" in fetch.detail
