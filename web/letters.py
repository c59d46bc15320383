"""The letters that pages send."""

from __future__ import annotations

from urllib.parse import quote

from detente.people import Person
from web.services import Services


def send_link(services: Services, person: Person, secret: str, minutes: int, then: str = "/") -> None:
    """Mails somebody a link to sign in with, to the address that is known of them; nothing where there is none."""
    if person.email is None:
        return
    after = "" if then == "/" else f"?next={quote(then, safe='')}"
    services.mailer.send(
        to=person.email,
        subject="Your link to sign in to Détente",
        text=f"Open this link within {minutes} minutes to sign in; it works once:\n\n"
        f"{services.site.url(f'/sign-in/link/{secret}{after}')}\n\n"
        "If you did not ask for it, leave it: nobody can sign in without it.\n",
    )
