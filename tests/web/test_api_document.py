"""The API's description holds what the API does, and nothing else."""

from __future__ import annotations

import pytest
from api_calls import PATH, send

from detente.sightings import Submission
from web.api.document import document, operations
from web.app import all_routes

pytestmark = pytest.mark.usefixtures("pace")


def test_the_description_holds_every_route_and_no_other(api_site):
    described = {(method, path) for method, path, _ in operations(document())}
    routes = {
        (method, route.path)
        for module in all_routes()
        for route in module.all
        for method in route.methods - {"HEAD"}
        if route.path.startswith("/api/v1/") and route.path != "/api/v1/openapi.json"
    }

    assert routes == described
    served = api_site.program().get("/api/v1/openapi.json").json()
    assert served["openapi"] == "3.1.0"
    assert set(served["components"]["schemas"]["Sighting"]["properties"]) == set(Submission.model_fields)


def _references(node):
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else ())
        node = list(node.values())
    for inner in node if isinstance(node, list) else ():
        yield from _references(inner)


def test_the_description_refers_to_nothing_that_is_not_in_it_and_describes_every_field():
    described = document()
    schemas = described["components"]["schemas"]

    assert {one.removeprefix("#/components/schemas/") for one in _references(described)} <= set(schemas)
    undescribed = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, one in schema["properties"].items()
        if not one.get("description")
    ]
    assert undescribed == []


def test_the_example_of_the_description_is_taken(program):
    described = document()
    example = described["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["example"]

    assert send(program, example).status_code == 201


def test_the_reference_page_stands_alone(api_site):
    page = api_site.client().get("/api/docs")

    assert page.status_code == 200
    assert "Send a sighting" in page.text
    assert "<script" not in page.text
    assert "http://" not in page.text.replace(api_site.url, "")
    assert "https://" not in page.text
