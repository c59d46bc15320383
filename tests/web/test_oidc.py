"""Sign-in by a provider: what it says is believed only where all of it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fake_provider import CLIENT, SECRET, FakeProvider, fake_provider
from reports_sent import send_only
from set_clock import SetClock
from web_site import WebSite

from desk import people
from desk.following import sightings
from detente.errors import WorkspaceError
from web.app import create_app

ROLES = '[oidc.roles]\n"sales" = ["rep"]\n"product" = ["pm", "rep"]\n'


@dataclass
class Signing:
    """A site, its provider, and one browser."""

    site: WebSite
    provider: FakeProvider
    browser: httpx.Client

    def begin(self, then: str = "/r/mine") -> str:
        answer = self.browser.get("/sign-in/oidc", params={"next": then})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def end(self, **more: str) -> httpx.Response:
        """The whole way: to the provider and back."""
        answer = self.provider.answer(self.begin())
        return self.browser.get("/sign-in/oidc/callback", params=answer | more)

    def person(self, email: str) -> Any:
        with self.site.desk.reading() as c:
            return people.person_by_email(c, email)

    @property
    def is_in(self) -> bool:
        return self.browser.get("/me").status_code == 200


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with fake_provider(SetClock()) as running:
        yield running


@pytest.fixture
def make(new_site: Callable[..., WebSite], provider: FakeProvider) -> Callable[..., Signing]:
    def made(roles: str = ROLES, issuer: str | None = None) -> Signing:
        settings = (
            f'[oidc]\nissuer = "{issuer or provider.issuer}"\nclient_id = "{CLIENT}"\n'
            f'client_secret_file = "oidc.secret"\n{roles}'
        )
        site = new_site(settings, files={"oidc.secret": SECRET}, clock=provider.clock)
        return Signing(site, provider, site.client())

    return made


@pytest.fixture
def signing(make: Callable[..., Signing], provider: FakeProvider) -> Signing:
    provider.claims["groups"] = ["sales"]
    return make()


def test_somebody_who_is_known_by_e_mail_comes_in_and_goes_where_they_wanted(signing: Signing) -> None:
    answer = signing.end()
    assert (answer.status_code, answer.headers["location"]) == (303, "/r/mine")
    assert signing.is_in
    sent = signing.provider.asked[0]
    assert sent["redirect_uri"] == f"{signing.site.url}/sign-in/oidc/callback"
    assert len(sent["code_verifier"]) >= 43


def test_somebody_new_is_added_where_a_group_gives_a_role(signing: Signing) -> None:
    signing.provider.claims |= {
        "email": "New@Acme.test",
        "sub": "subject-9",
        "name": "New <b>Person",
        "groups": ["product"],
    }
    assert signing.end().status_code == 303
    person = signing.person("new@acme.test")
    assert (person.name, person.roles) == ("New <b>Person", {"pm", "rep"})
    assert "<b>" not in signing.browser.get("/me").text


def test_an_address_that_only_folds_to_somebodys_is_not_theirs(signing: Signing) -> None:
    with signing.site.desk.writing() as c:
        now = signing.site.clock.now()
        people.add_person(c, name="Kim Weiss", email="weiss@acme.test", roles=["legal"], by=None, now=now)
    signing.provider.claims |= {"email": "weiß@acme.test", "sub": "subject-9", "groups": ["product"]}
    assert signing.end().status_code == 403
    assert not signing.is_in
    signing.provider.claims |= {"email": "Weiss@Acme.test"}
    assert signing.end().status_code == 303


def test_somebody_new_without_a_role_is_not_let_in(signing: Signing) -> None:
    signing.provider.claims |= {"email": "new@acme.test", "sub": "subject-9", "groups": ["cooking"]}
    assert signing.end().status_code == 403
    assert signing.person("new@acme.test") is None


BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.test"},
    "no issuer": {"iss": None},
    "another client": {"aud": "somebody-else"},
    "several clients and no word which": {"aud": [CLIENT, "somebody-else"]},
    "another client authorised": {"azp": "somebody-else"},
    "no addressee": {"aud": None},
    "another nonce": {"nonce": "a nonce of somebody else"},
    "no nonce": {"nonce": None},
    "no end": {"exp": None},
    "no begin": {"iat": None},
    "no subject": {"sub": None},
    "a subject that is no text": {"sub": 7},
    "an e-mail that is not verified": {"email_verified": False},
    "an e-mail of which nothing is said": {"email_verified": None},
    "an e-mail verified in words": {"email_verified": "yes"},
    "no e-mail": {"email": None},
}


@pytest.mark.parametrize("claims", BAD_CLAIMS.values(), ids=[case.replace(" ", "_") for case in BAD_CLAIMS])
def test_a_token_that_does_not_hold_is_refused(signing: Signing, claims: dict[str, Any]) -> None:
    signing.provider.claims |= claims
    answer = signing.end()
    assert answer.status_code == 403, answer.text
    assert not signing.is_in


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_the_providers_signature_is_refused(signing: Signing, algorithm: str) -> None:
    signing.provider.algorithm = algorithm
    assert signing.end().status_code == 403
    assert not signing.is_in


def test_a_token_signed_with_a_key_of_somebody_else_is_refused(signing: Signing) -> None:
    signing.provider.foreign_key = True
    assert signing.end().status_code == 403


def test_a_key_that_the_provider_changed_is_asked_for(signing: Signing) -> None:
    assert signing.end().status_code == 303
    signing.provider.key = signing.provider.other_key
    signing.provider.clock.go(minutes=2)
    assert signing.end().status_code == 303


@pytest.mark.parametrize(("seconds", "status"), [(-360, 403), (-290, 303), (0, 303), (350, 303), (370, 403)])
def test_the_providers_clock_may_differ_by_five_minutes(signing: Signing, seconds: int, status: int) -> None:
    now = int(signing.provider.clock.now().timestamp())
    # issued up to five minutes ahead of our clock, or ended up to five minutes before it (a token lasts a minute)
    signing.provider.claims |= {"iat": now - seconds, "exp": now - seconds + 60}
    assert signing.end().status_code == status


def test_an_answer_of_another_provider_is_refused(signing: Signing) -> None:
    assert signing.end(iss="https://evil.test").status_code == 403
    signing.provider.metadata["authorization_response_iss_parameter_supported"] = True
    signing.provider.clock.go(hours=2)
    assert signing.end().status_code == 403
    assert signing.end(iss=signing.provider.issuer).status_code == 303


def test_a_provider_that_says_it_is_another_one_is_not_asked(signing: Signing) -> None:
    signing.provider.metadata["issuer"] = "https://evil.test"
    assert signing.browser.get("/sign-in/oidc").status_code == 503


def test_a_provider_that_sends_secrets_to_http_is_not_asked(signing: Signing) -> None:
    signing.provider.metadata["token_endpoint"] = "http://evil.test/token"
    url = signing.begin()
    answer = signing.browser.get("/sign-in/oidc/callback", params=signing.provider.answer(url))
    assert answer.status_code == 503
    assert signing.provider.asked == []


def test_a_provider_that_does_not_answer_is_said_and_nothing_else_breaks(make: Callable[..., Signing]) -> None:
    signing = make(issuer="http://127.0.0.1:9")
    assert signing.browser.get("/sign-in/oidc").status_code == 503
    assert signing.browser.get("/sign-in").status_code == 200


def test_an_answer_counts_once(signing: Signing) -> None:
    answer = signing.provider.answer(signing.begin())
    assert signing.browser.get("/sign-in/oidc/callback", params=answer).status_code == 303
    assert signing.browser.get("/sign-in/oidc/callback", params=answer).status_code == 403


def test_an_answer_to_a_sign_in_of_another_browser_is_refused(signing: Signing) -> None:
    answer = signing.provider.answer(signing.begin())
    victim = signing.site.client()
    assert victim.get("/sign-in/oidc/callback", params=answer).status_code == 403
    assert victim.get("/me").status_code == 303


def test_an_answer_that_was_not_asked_for_or_comes_late_is_refused(signing: Signing) -> None:
    assert signing.browser.get("/sign-in/oidc/callback", params={"code": "x", "state": "y"}).status_code == 403
    assert signing.browser.get("/sign-in/oidc/callback").status_code == 403
    answer = signing.provider.answer(signing.begin())
    signing.provider.clock.go(minutes=11)
    assert signing.browser.get("/sign-in/oidc/callback", params=answer).status_code == 403


def test_a_refusal_of_the_provider_is_told_without_its_words(signing: Signing) -> None:
    state = signing.provider.answer(signing.begin())["state"]
    told = {"state": state, "error": "access_denied", "error_description": "<b>evil words"}
    answer = signing.browser.get("/sign-in/oidc/callback", params=told)
    assert answer.status_code == 403
    assert "evil" not in answer.text


def test_a_code_that_was_not_ours_is_refused_by_its_proof(signing: Signing) -> None:
    answer = signing.provider.answer(signing.begin())
    signing.provider.challenges["good"] = ("another challenge", "n")
    assert signing.browser.get("/sign-in/oidc/callback", params=answer).status_code == 403


def test_the_groups_give_the_roles_anew_and_a_change_ends_the_other_sessions(signing: Signing) -> None:
    assert signing.end().status_code == 303
    other = signing.site.client("rep")
    assert other.get("/me").status_code == 200
    signing.provider.claims["groups"] = ["product"]
    assert signing.end().status_code == 303
    assert signing.person("rep@acme.test").roles == {"pm", "rep"}
    assert other.get("/me").status_code == 303
    assert signing.is_in


def test_groups_that_are_taken_away_take_the_roles(signing: Signing) -> None:
    assert signing.end().status_code == 303
    signing.provider.claims["groups"] = []
    assert signing.end().status_code == 303
    assert signing.person("rep@acme.test").roles == set()
    assert signing.browser.get("/r/new").status_code == 403


def test_without_a_table_of_groups_the_roles_stay_as_they_are(make: Callable[..., Signing]) -> None:
    signing = make(roles="")
    assert signing.end().status_code == 303
    assert signing.person("rep@acme.test").roles == {"rep"}


def test_who_is_disabled_here_is_not_let_in(signing: Signing) -> None:
    signing.provider.claims |= {"email": "disabled@acme.test", "sub": "subject-2"}
    assert signing.end().status_code == 403


def test_an_e_mail_given_to_somebody_new_does_not_open_the_account_before(signing: Signing) -> None:
    assert signing.end().status_code == 303
    signing.provider.claims["sub"] = "subject-of-somebody-new"
    assert signing.end().status_code == 403


def test_somebody_is_known_by_their_subject_when_their_e_mail_changes(signing: Signing) -> None:
    assert signing.end().status_code == 303
    signing.provider.claims["email"] = "married@acme.test"
    assert signing.end().status_code == 303
    assert signing.person("married@acme.test") is None


def test_what_was_sent_stays_attributed_when_somebody_is_removed(signing: Signing) -> None:
    assert signing.end().status_code == 303
    person = signing.person("rep@acme.test")
    sent = send_only(signing.site, "rep", "They pay half.")  # waits in the inbox while its sender is removed
    with signing.site.desk.writing() as c:
        people.disable(c, person.person_id, by=None, now=signing.site.clock.now())
    signing.site.services.sessions.forget()
    late = signing.browser.post("/r/new", data={"text": "typed without a connection"})
    assert late.status_code == 401
    assert "still in the form" in late.text
    signing.site.services.indexing.run_once()
    with signing.site.desk.reading() as c:
        row = sightings.sighting(c, sent)
    assert (row.person_id, row.text) == (person.person_id, "They pay half.")


def test_a_secret_that_others_may_read_is_refused(
    make: Callable[..., Signing], new_site: Callable[..., WebSite]
) -> None:

    signing = make()
    (signing.site.root / "oidc.secret").chmod(0o644)
    with pytest.raises(WorkspaceError, match="chmod 600"):
        create_app(signing.site.services.workspace, signing.site.desk, clock=signing.site.clock)
