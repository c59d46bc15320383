"""Links lead somewhere, examples of files are valid, and no page tells where it was written."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from detente.dismissed import RuleEntry
from detente.settings import setting_tables
from detente.wanted import QuestionEntry
from detente.workspace import PageEntry

ROOT = Path(__file__).parents[2]
_MACHINE = re.compile(r"(?:^|[\s`\"'(=])/(?:work|root|home/\w+|Users|tmp|private|var/folders)(?:/|\b)", re.M)
_HEADING = re.compile(r"^#+ (.+)$", re.M)


def _prose(text: str) -> str:
    """The text without its fenced examples."""
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def _anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to a page's headings."""
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in _HEADING.findall(_prose(text))]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def _links(page: Path) -> list[str]:
    tokens = MarkdownIt().enable("table").parse(page.read_text(encoding="utf-8"))
    inner = [child for token in tokens for child in token.children or ()]
    return [
        str(child.attrs.get("href") or child.attrs.get("src"))
        for child in inner
        if child.type in ("link_open", "image")
    ]


def test_every_link_to_a_file_or_heading_leads_there(documents):
    broken = []
    for page in documents:
        for link in _links(page):
            if link.startswith(("https://", "http://", "mailto:")):
                continue
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            if not target.exists() or (anchor and anchor not in _anchors(target.read_text(encoding="utf-8"))):
                broken.append(f"{page.relative_to(ROOT)}: {link}")

    assert broken == []


def test_every_page_can_be_reached_from_the_readme(documents):
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = ((page.parent / link.partition("#")[0]).resolve() for link in _links(page))
        waiting += [target for target in targets if target.suffix == ".md"]

    assert [page.relative_to(ROOT).as_posix() for page in documents if page not in reached] == []


def test_every_page_begins_with_its_title_and_has_no_other(documents):
    for page in documents:
        titles = re.findall(r"^# ", _prose(page.read_text(encoding="utf-8")), re.M)
        assert page.read_text(encoding="utf-8").startswith("# "), page
        assert len(titles) == 1, page


def test_no_page_names_a_path_of_the_machine_on_which_it_was_written(documents):
    assert [page.name for page in documents if _MACHINE.search(page.read_text(encoding="utf-8"))] == []


def test_every_picture_is_described_and_small(documents):
    for page in documents:
        for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
            for child in token.children or ():
                if child.type == "image":
                    assert child.content, f"{page}: a picture without words"
                    assert (page.parent / str(child.attrs["src"])).stat().st_size < 200_000


def test_every_example_of_a_workspace_file_has_only_known_keys(documents):
    for page in documents:
        for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
            if token.type == "fence" and token.info == "toml":
                _check_toml(tomllib.loads(token.content), page)


def _check_toml(data: dict[str, object], page: Path) -> None:
    for entry in data.get("pages", []):
        PageEntry(**entry)
    for rule in data.get("rules", []):
        RuleEntry(**rule)
    for question in data.get("questions", []):
        QuestionEntry(**question)
    models = setting_tables()
    for table in data.keys() & models.keys():
        models[table](**({"name": "Acme Support"} if table == "company" else {}) | data[table])
    assert data.keys() <= {*models, "pages", "name", "aliases", "domains", "themes", "rules", "questions"}, page


@pytest.mark.parametrize("section", ["Context", "Decision", "Rejected"])
def test_every_decision_says_why_what_and_what_not(section):
    pages = sorted((ROOT / "docs" / "decisions").glob("0*.md"))

    assert [f"{number:04d}" for number in range(1, len(pages) + 1)] == [page.name[:4] for page in pages]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]} ")
        assert re.search(r"^Date: \d{4}-\d{2}-\d{2}$", text, re.M), page
        assert f"\n## {section}\n" in text, page
