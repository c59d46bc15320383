"""The JSON values of a page's scripts are found, whatever else the scripts hold; nothing in them stops a reading."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from selectolax.lexbor import LexborHTMLParser

from detente.records import Document, PlanPrice, ReadStatus
from sources import pricing, readers
from sources.script_state import (
    MAX_CHARS,
    MAX_DEPTH,
    MAX_NODES,
    PRICE_HINTS,
    ScriptState,
    State,
    Written,
    attribute_value,
    load,
    script_state,
)


def found_in(html: str) -> ScriptState:
    return script_state(LexborHTMLParser(html), PRICE_HINTS)


def values_of(script: str) -> list[object]:
    return [state.value for state in found_in(f"<script>{script}</script>").states]


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('{"price": 29, "name": "A"}', {"price": "29", "name": "A"}),
        ("{price: 29, name: 'A'}", {"price": "29", "name": "A"}),
        ("{price: 29, name: 'It\\'s \"A\"',}", {"price": "29", "name": 'It\'s "A"'}),
        ("[{price: 29,}, /* two */ {price: 30}, // three\n]", [{"price": "29"}, {"price": "30"}]),
        ("{price: -0.5, top: !0, old: !1, end: undefined}", {"price": "-0.5", "top": True, "old": False, "end": None}),
        ("{price: 29, icon: StarIcon}", {"price": "29", "icon": None}),
        ("{price: `$29`, 12: null}", {"price": "$29", "12": None}),
        ("JSON.parse('{\"price\": \"\\\\u0024 3\"}')", {"price": "$ 3"}),
        ('JSON.parse("{\\"price\\": 3}")', {"price": "3"}),
    ],
)  # fmt: skip
def test_a_literal_of_javascript_is_read(literal: str, value: object) -> None:
    assert [value] == values_of(f"const plans = {literal};")


@pytest.mark.parametrize(
    "literal",
    [
        "{price: 10 * 12}",
        "{price: monthly()}",
        "{price: base.price}",
        "{price: `${amount} a month`}",
        "{price: 29, ...rest}",
        "{price() { return 29 }}",
        "{price: 29",
        "{price: 0x1d}",
        "{'price': '29\n'}",
        "[{price: 29}, function () {}]",
    ],
)
def test_what_would_have_to_be_worked_out_is_passed_over(literal: str) -> None:
    assert values_of(f"const prices = {literal};") == []


def test_lists_of_plans_are_found_where_a_function_returns_them() -> None:
    script = "function state() { return { annual: false, plans: [{name: 'Ash', price: 1}], pick(p) { return p + 1 } } }"

    assert values_of(script) == [[{"name": "Ash", "price": "1"}]]


def test_a_number_is_told_from_a_text() -> None:
    value = load('{"a": 1, "b": "1"}')

    assert isinstance(value, dict)
    assert isinstance(value["a"], Written)
    assert not isinstance(value["b"], Written)


def test_the_name_says_where_a_value_stands() -> None:
    html = (
        '<script id="__NEXT_DATA__" type="application/json">{"price": 100, "name": "A"}</script>'
        '<script type="application/json">{"price": 200, "name": "B"}</script>'
        '<script type="application/ld+json">{"price": 300}</script>'
        '<script>window["__STATE__"] = {"price": 400}; var no = 0, prices = [{"price": 500}];</script>'
        '<script type="text/template">price of ${plan}</script>'
    )
    names = [state.name for state in found_in(html).states]

    assert names == ["script#__NEXT_DATA__", "script[type=json][2]", "script __STATE__", "script prices"]
    assert State(value=None, name="script x").place(("a", 2, "b")) == "script x.a[2].b"


def test_rows_that_were_pushed_in_pieces_are_put_together() -> None:
    row = '1:T7,é {"a"\n2:["$","p",null,{"plans":[{"price":"£8"}]}]\n3:I[1,["price"]]\n'
    pieces = (row[:20], row[20:45], row[45:])
    scripts = "".join(f"<script>self.__next_f.push({json.dumps([1, piece])})</script>" for piece in pieces)
    (state,) = found_in(scripts).states

    assert state.name == "script __next_f[2]"
    assert state.value == ["$", "p", None, {"plans": [{"price": "£8"}]}]


def test_places_in_a_flat_list_are_no_numbers() -> None:
    flat = [["Reactive", 1], {"price": 2, "self": 1, "far": 99}, 49, "price"]
    (state,) = found_in(f'<script id="__NUXT_DATA__" type="application/json">{json.dumps(flat)}</script>').states

    assert isinstance(state.value, dict)
    assert state.value["price"] == "49"
    assert state.value["far"] is None


@pytest.mark.parametrize(
    "text", ["annual: false", "{ open: run() }", "", "[", "{" * 5_000, '{"a": ' * 5_000, "{" + "a" * 200_000]
)
def test_an_attribute_that_holds_no_plain_value_is_none(text: str) -> None:
    assert attribute_value(text) is None


DEEP = "[" * 100_000
HOSTILE = {
    "NaN": '{"plans": [{"name": "Ash", "price": NaN}, {"name": "Elm", "price": Infinity}]}',
    "huge numbers": '{"plans": [{"name": "Ash", "price": 1e400}, {"name": "Elm", "price": 1' + "0" * 5_000 + "}]}",
    "depth": '{"price": ' + DEEP + "]" * 100_000 + "}",
    "open depth": '{"price": ' * 100_000,
    "odd names": '{"plans": [{"name": ["A"], "price": 9}, {"name": {"a": "B"}, "price": 8}, {"name": 7, "price": 7}]}',
    "odd prices": '{"plans": [{"name": "Ash", "price": -9}, {"name": "Elm", "price": {"price": {}, "cost": "9e3"}}]}',
    "cut off": '{"plans": [{"name": "Ash", "price": 9}, {"name": "Elm',
    "no object": '"price price price price"',
    "text": "price " * 1_000,
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize(
    "around",
    [
        '<script type="application/ld+json">{}</script>',
        '<script type="application/json">{}</script>',
        "<script>window.plans = {}</script>",
        "<script>self.__next_f.push([1,\"1:{}\"])</script>",
    ],
    ids=["json-ld", "data block", "assigned", "pushed"],
)  # fmt: skip
def test_hostile_json_gives_no_fact_and_no_error(around: str, hostile: str) -> None:
    html = around.replace("{}", hostile)

    assert ReadStatus.EMPTY is readers.read("pricing", Document(body=html.encode(), url="https://a.test/")).status
    assert ReadStatus.EMPTY is readers.read("release_notes", Document(body=html.encode(), url="https://a.test/")).status


def test_of_a_key_that_is_there_twice_the_last_counts_as_it_does_in_a_browser() -> None:
    plans = '{"plans": [{"name": "Ash", "price": 9, "price": 8}, {"name": "Elm", "price": 7}]}'
    reading = pricing.read(
        Document(body=f'<script type="application/json">{plans}</script>'.encode(), url="https://a.test/")
    )

    assert [Decimal(8), Decimal(7)] == [o.amount for o in reading.observations if isinstance(o, PlanPrice)]


def page_with(kind: str, value: str) -> Document:
    script = f'<script type="application/{kind}">{{"price": {value}}}</script>'
    body = f"{script}<div class=plan><h3>Moss</h3><p>$9 / month</p></div>"
    return Document(body=body.encode(), url="https://a.test/")


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("json", f'"{"x" * 4_500_000}"', f"more than the {MAX_CHARS:,} characters"),
        ("ld+json", f'"{"x" * 4_500_000}"', "was left out"),
        ("json", f"[{'[],' * MAX_NODES} []]", "larger or deeper than is read"),
        ("ld+json", f"[{'[],' * MAX_NODES} []]", "its rest was left out"),
        ("json", "[" * (2 * MAX_DEPTH) + "]" * (2 * MAX_DEPTH), "larger or deeper than is read"),
    ],
    ids=["long state", "long JSON-LD", "many parts", "many parts of JSON-LD", "deep"],
)
def test_what_was_cut_is_said_and_the_rest_of_the_page_is_read(kind: str, value: str, said: str) -> None:
    reading = pricing.read(page_with(kind, value))

    assert reading.status is ReadStatus.READ
    assert said in reading.reason


@pytest.mark.parametrize("kind", ["json", "ld+json"])
def test_a_page_of_ten_megabytes_is_not_parsed_whatever_fills_it(kind: str) -> None:
    reading = readers.read("pricing", page_with(kind, f'"{"x" * 10_000_000}"'))

    assert reading.status is ReadStatus.NOT_PARSED
    assert "10.0 MB" in reading.reason
