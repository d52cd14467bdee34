"""The plan in the explorer: what money buys, its limits, and the address that holds them."""

from __future__ import annotations

import html
import re
import time
from typing import Any

import httpx
import pytest

from served_study import Served

#: A plan on few draws.
ASKED = {"budget": "500", "currency": "USD million", "draws": "40"}


def planned(served: Served, study: str, **asked: Any) -> httpx.Response:
    answer = served.client.get("/policy/plan/result", params={"study": study, **ASKED, **asked})
    while answer.status_code == 202:
        time.sleep(0.1)
        answer = served.client.get(answer.json()["result"])
    return answer


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", "", text)))


def chosen(text: str) -> set[str]:
    """Levers of the set: those the bench is asked to open."""
    ways = re.findall(r'href="/policy\?([^"]*)"', text)
    return set(re.findall(r"lever=([a-z0-9-]+)", ways[0]))


def test_the_answer_comes_first_and_its_numbers_open(served: Served, levers: str) -> None:
    text = planned(served, levers).text
    head = plain(text.partition("</h1>")[0])
    assert re.match(r"[\d,.]+ million USD buys \w+ levers?: by 2035 India", head)
    assert "Verdict: " in plain(text)
    assert len(chosen(text)) >= 1
    # A quantity of each part opens: the set, the frontier, the payments, the test.
    ways = re.findall(r'class="num[^"]*" href="(/trace/[^"]*)"', text)
    kinds = {re.split(r"[/.-]", way.removeprefix("/trace/f:policy."))[0]: way for way in ways}
    kinds |= {"last": ways[-1]}
    assert len(ways) > 30
    for way in kinds.values():
        assert served.client.get(html.unescape(way)).status_code == 200, way


def test_limits_stand_in_the_address_and_hold(served: Served, levers: str) -> None:
    free = planned(served, levers).text
    out = sorted(chosen(free))[0]
    limits = {"without": out, "per_year": "90", "payer": "Government of India=300"}
    tight = planned(served, levers, **limits)
    assert tight.status_code == 200, tight.text
    assert out not in chosen(tight.text)
    assert "it was left out by the request" in tight.text
    # Numbers of a plan with limits open as well: its id holds them.
    ways = re.findall(r'href="(/trace/f:policy\.plan[^"]*)"', tight.text)
    assert ways
    for way in (ways[0], ways[-1]):
        shown = served.client.get(html.unescape(way))
        assert shown.status_code == 200, way
    page = served.client.get("/policy/plan", params={"study": levers, **ASKED, **limits}).text
    assert 'name="budget" value="500"' in page
    assert re.search(r'data-key="Government of India" value="300"', page)
    assert re.search(rf'value="{out}"> ', page)
    assert page.count('data-out="without"') - page.count("checked> ") == 1


def test_the_api_gives_the_same_set(served: Served, levers: str) -> None:
    asked = {"study": levers, **ASKED, "in_year": "2027=60", "measure": "score"}
    answer = served.client.get("/api/v1/policy/plan", params={**asked, "wait": 60})
    assert answer.status_code == 200, answer.text
    found = answer.json()["result"]
    assert found["measure"] == "score"
    assert all(
        one["amount"]["value"] <= 60 + 1e-6 for one in found["payments"] if one["year"] == 2027
    )
    text = planned(served, levers, in_year="2027=60", measure="score").text
    assert chosen(text) == {one["id"] for one in found["levers"]}


def test_figures_are_drawn_again_to_be_kept(served: Served, levers: str) -> None:
    text = planned(served, levers).text
    ways = [html.unescape(one) for one in re.findall(r'href="(/policy/plan/figure/[^"]*)"', text)]
    assert len(ways) == 6
    for way in ways:
        answer = served.client.get(way)
        assert answer.status_code == 200, way
        if ".svg" in way:
            assert answer.text.startswith("<svg")
        else:
            assert answer.text.count("\n") > 1
    gone = re.sub("frontier|roadmap|before-after", "nothing", ways[0])
    assert served.client.get(gone).status_code == 422


def test_bench_and_plan_lead_to_each_other(served: Served, levers: str) -> None:
    text = planned(served, levers).text
    (way,) = re.findall(r'href="(/policy\?[^"]*)"', text)
    bench = served.client.get(html.unescape(way)).text
    for one in chosen(text):
        assert re.search(rf'value="{one}"[^>]* checked', bench)
    assert f'href="/policy/plan?study={levers}"' in bench


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"budget": "-1"}, "greater than 0"),
        ({"currency": "USD millions"}, "no budget in"),
        ({"without": "recycle"}, "no lever 'recycle'"),
        ({"payer": "Government of India"}, "cannot read"),
        ({"in_year": "soon=3"}, "cannot read"),
        ({"by": "2026"}, "a plan by 2026"),
        ({"budget": "0.001"}, ""),
    ],
)
def test_what_cannot_be_planned_is_said(
    served: Served, levers: str, asked: dict[str, str], words: str
) -> None:
    answer = planned(served, levers, **asked)
    assert answer.status_code == 422
    assert words in answer.json()["error"]["what"]


def test_a_study_without_levers_says_so(served: Served) -> None:
    text = served.client.get("/policy/plan", params={"study": "small"}).text
    assert "No lever is on file" in text
