"""The server: pages, API, formats, errors, what a reader brings, what it refuses."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.app import address
from midstream.app.formats import paged, table_rows, wanted, written
from midstream.app.own import changed_in, own_study, with_assumptions
from midstream.app.safety import HEADERS, Rate
from midstream.app.settings import StudyText
from quick_studies import SMALL
from served_study import Served

API = "/api/v1"
PAGES = (
    "/", "/sectors", "/sector/wind", "/country/CHN", "/concentration", "/leverage", "/money",
    "/outlook", "/shock", "/shock/cases", "/policy", "/evidence", "/assumptions", "/sources",
    "/about", "/api", "/tool/ranks", "/tool/target",
)  # fmt: skip


def error_of(answer: httpx.Response) -> dict[str, str]:
    found: dict[str, str] = answer.json()["error"]
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there_under_the_same_policy(served: Served, page: str) -> None:
    answer = served.client.get(page)
    assert answer.status_code == 200, answer.text[:300]
    assert answer.text.count("<h1") >= 1 or page.startswith("/tool")
    for name, value in HEADERS:
        assert answer.headers[name.decode()] == value.decode()
    # Nothing is inline and nothing comes from elsewhere.
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=\"", answer.text)
    assert not re.search(r'(src|href)="(https?:)?//[^"]*\.(js|css|woff2?)"', answer.text)


def test_every_link_of_a_page_leads_somewhere(served: Served) -> None:
    text = served.client.get("/").text + served.client.get("/sector/wind").text
    ways = {way.partition("#")[0] for way in re.findall(r'(?:href|src)="(/[^"]*)"', text)}
    ways = {way.replace("&amp;", "&") for way in ways}
    assert len(ways) > 40
    for way in sorted(ways):
        assert served.client.get(way).status_code in (200, 302), way


def test_the_country_of_the_address_is_the_one_told_of(served: Served) -> None:
    own, other = (served.client.get("/", params={"country": one}).text for one in ("", "CHN"))
    assert "Germany" in re.sub("<[^>]+>", "", own.split("<h1>")[1].split("</h1>")[0])
    assert "China" in re.sub("<[^>]+>", "", other.split("<h1>")[1].split("</h1>")[0])
    assert "country=CHN" in other.split("<nav")[1]
    assert served.client.get("/", params={"country": "ATL"}).status_code == 404


@pytest.mark.parametrize(
    ("way", "status", "says"),
    [
        ("/nothing-here", 404, "No such page"),
        ("/?country=ATL", 404, "No country"),
        ("/?study=smal", 404, "No study"),
        ("/shock?months=abc", 422, "Input should be a valid integer"),
    ],
)
def test_a_reader_is_told_of_an_error_on_a_page(
    served: Served, way: str, status: int, says: str
) -> None:
    page = served.client.get(way, headers={"accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert f'<h1 class="long">{says}' in page.text
    assert 'href="/?study=small">Back to the answer' in page.text
    assert '<nav class="nav"' in page.text
    assert "country=ATL" not in page.text
    program = served.client.get(way)
    assert program.status_code == status
    assert error_of(program)["what"].lower().startswith(says.lower())
    below = served.client.get(f"{API}/nothing", headers={"accept": "text/html"})
    assert error_of(below)["what"] == "not found"


def test_a_number_opens_to_its_formula_and_its_source(served: Served) -> None:
    page = served.client.get("/trace/f:score.stage/DEU/wind/C1/2030", params={"study": "small"})
    assert "How it was computed" in page.text
    below = re.findall(r'class="box" href="([^"]+)"', page.text)
    assert below
    assert served.client.get(below[0].replace("&amp;", "&")).status_code == 200
    missing = served.client.get("/trace/f:nothing/here")
    assert missing.status_code == 404
    assert "lineage" in error_of(missing)["what"]


def test_another_figure_for_a_fact_changes_a_score(served: Served) -> None:
    facts = served.client.get(
        f"{API}/evidence/show",
        params={"metric": "production", "form": "wind-turbine", "country": "CHN"},
    ).json()["result"]
    rows = [row["id"] for fact in facts for row in fact["observations"]]
    if not rows:
        facts = served.client.get(f"{API}/evidence/show", params={"country": "CHN"}).json()[
            "result"
        ]
        rows = [row["id"] for fact in facts for row in fact["observations"]]
    own = next(row for row in rows if row.startswith("o-"))
    asked = {"study": "small", "observation": own, "value": "1"}
    answer = served.client.get("/what-if", params=asked)
    text = wait_for(served, answer).text
    assert "in place of" in text
    unknown = served.client.get("/what-if", params={**asked, "observation": "o-none"})
    assert "unknown observation" in error_of(wait_for(served, unknown))["what"]


def wait_for(served: Served, answer: httpx.Response) -> httpx.Response:
    """Follow a job to its end."""
    if answer.status_code != 202:
        return answer
    job = answer.json()["job"]
    while served.client.get(f"{API}/jobs/{job}").json()["state"] != "done":
        pass
    return served.client.get(f"{API}/jobs/{job}/result")


def test_the_api_gives_what_the_engine_gives(served: Served, small: Any) -> None:
    from midstream.answers import score_answer

    answer = served.client.get(f"{API}/score", params={"wait": 60}).json()
    page = answer.pop("page")
    assert answer == score_answer(small)
    assert page["total"] == len(answer["result"]) == 8
    part = served.client.get(f"{API}/score", params={"limit": 3, "offset": 6})
    assert part.json()["result"] == answer["result"][6:]
    assert part.headers["x-total-count"] == "8"


def test_the_same_answer_comes_as_csv_and_parquet(served: Served, tmp_path: Path) -> None:
    asked = {"wait": 60}
    rows = served.client.get(f"{API}/score", params=asked).json()["result"]
    text = served.client.get(f"{API}/score", params=asked, headers={"accept": "text/csv"}).text
    read = list(csv.DictReader(io.StringIO(text)))
    assert [float(row["score"]) if row["score"] else None for row in read] == [
        row["score"]["value"] for row in rows
    ]
    packed = served.client.get(f"{API}/score", params={**asked, "format": "parquet"}).content
    path = tmp_path / "score.parquet"
    path.write_bytes(packed)
    found = duckdb.connect().execute(f"SELECT country, stage, score FROM '{path}'").fetchall()
    assert found == [(row["country"], row["stage"], row["score"]["value"]) for row in rows]


def test_what_is_known_is_not_sent_twice(served: Served) -> None:
    for way in ("/", f"{API}/score", "/static/site.css"):
        answer = served.client.get(way, params={"study": "small"})
        again = served.client.get(
            way, params={"study": "small"}, headers={"if-none-match": answer.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("way", "status", "says"),
    [
        ("/score?country=GER", 422, "unknown country 'GER'"),
        ("/score?study=smal", 404, "no study 'smal'"),
        ("/score?limit=0", 422, "greater than or equal to 1"),
        ("/score?colour=red", 422, "Extra inputs are not permitted"),
        ("/shock/run?actor=CHN&form=x&target=WLD&instrument=export-ban&wait=60", 422, "x"),
        (
            "/shock/run?actor=CHN&form=x&target=WLD&instrument=export-ban&draws=99999999",
            422,
            "4000",
        ),
        ("/evidence/trace?lineage=nothing", 404, "no lineage"),
        ("/jobs/00000000000000000000", 404, "no job"),
        ("/nothing", 404, "not found"),
    ],
)
def test_errors_have_the_words_of_the_command_line(
    served: Served, way: str, status: int, says: str
) -> None:
    answer = served.client.get(API + way)
    assert answer.status_code == status
    assert says in error_of(answer)["what"]
    assert set(error_of(answer)) == {"what", "where", "why", "mend"}


def layouts_of(text: str) -> set[str]:
    """Give the layouts of the figures of a page."""
    return set(re.findall(r'<div class="((?:wide|mid|narrow)[a-z ]*)"><svg', text))


def test_a_shock_is_looked_at_and_then_run_in_full(served: Served) -> None:
    asked = {"study": "small", "actor": "CHN", "form": "ndfeb-magnet", "target": "WLD",
             "instrument": "export-ban", "depth": "0.9", "months": "9"}  # fmt: skip
    look = served.client.get("/shock/result", params=asked).text
    assert "First look" in look
    # A look at a slider's place is drawn in the one layout that is asked for, a page in all.
    narrow = served.client.get("/shock/result", params={**asked, "layout": "narrow"}).text
    page = served.client.get("/shock", params=asked).text
    drawn = [layouts_of(text) for text in (look, narrow, page)]
    assert drawn == [{"wide only"}, {"narrow only"}, {"wide", "narrow"}]
    assert "9" in served.client.get("/shock", params=asked).text
    full = wait_for(served, served.client.get("/shock/result", params={**asked, "full": 1})).text
    assert "Full run" in full
    table = served.client.get("/shock/figure/price-lab.csv", params=asked)
    assert table.headers["content-type"].startswith("text/csv")
    assert "lineage" in table.text.splitlines()[0]
    wrong = served.client.get("/shock/result", params={**asked, "actor": "DEU", "form": "no"})
    assert wrong.status_code == 422
    assert "To mend it" in wrong.text


def test_a_bill_is_read_and_text_stays_text(served: Served) -> None:
    asked = {"study": "small", "actor": "CHN", "form": "ndfeb-magnet", "target": "WLD",
             "instrument": "export-ban"}  # fmt: skip
    bill = 'item,form,quantity,unit\n"<script>alert(1)</script>",NdFeB magnet,12,t\n'
    answer = served.client.post("/shock/bill", params=asked, data={"pasted": bill, "buyers": "USA"})
    assert answer.status_code == 200, answer.text
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text
    broken = served.client.post(
        "/shock/bill", params=asked, files={"file": ("b.csv", b"\x00\xff\x00", "text/csv")}
    )
    assert broken.status_code == 422
    assert "b.csv" in broken.text


def test_levers_are_tested_and_moved(served: Served) -> None:
    page = served.client.get("/policy").text
    assert "No lever is on file" in page
    wrong = served.client.get("/policy/result", params={"lever": "no-such-lever"})
    assert wrong.status_code == 422
    assert "no-such-lever" in wrong.text
    beyond = served.client.get("/policy", params={"lever": "repm", "size.repm": "9"})
    assert "out of range" in error_of(beyond)["what"]


def test_assumptions_are_changed_told_and_saved(served: Served) -> None:
    form = {"study": "small"}
    page = served.client.get("/assumptions", params=form).text
    field = re.search(
        r'name="([\w.-]+)" step="any" min="([^"]+)" max="([^"]+)" value="([^"]+)"', page
    )
    assert field is not None
    name, _, high, _ = field.groups()
    file = served.client.post("/studies/file", params=form, data={name: high}).text
    assert changed_in(file) == {name: float(high)}
    made = served.client.post("/studies", params=form, data={name: high}, follow_redirects=False)
    assert made.status_code == 303
    own = made.headers["location"].partition("study=")[2]
    assert served.client.get(f"/studies/{own}.toml").text == file
    # The study of one reader is not listed for others.
    assert own not in served.client.get(f"{API}/studies").text
    row = served.client.get(
        f"{API}/evidence/trace", params={"study": own, "lineage": f"par:{name}"}
    )
    assert row.json()["result"]["quantity"]["value"] == float(high)
    beyond = served.client.post("/studies", params=form, data={name: f"{float(high) * 10 + 1}"})
    assert (beyond.status_code, "out of range" in beyond.text) == (422, True)
    again = served.client.post("/studies", files={"file": ("s.toml", file.encode())})
    assert own in again.headers["location"]
    broken = served.client.post("/studies", files={"file": ("s.toml", b"not toml =")})
    assert broken.status_code == 422
    large = served.client.post("/studies", files={"file": ("s.toml", b"#" * 9000)})
    assert large.status_code == 413


def test_the_evidence_is_filtered_by_the_address(served: Served) -> None:
    text = served.client.get("/evidence", params={"country": "IND", "label": "U"}).text
    rows = text.split("<tbody>")[-1].split("</tbody>")[0]
    shown = rows.split("<tr>")[1:]
    assert len(shown) > 1
    assert all("India" in row for row in shown)
    every = served.client.get("/evidence/facts").text
    assert every.count("<tr>") == 61
    none = served.client.get("/evidence/facts", params={"text": "zzzz"}).text
    assert "No fact matches" in none
    marked = served.client.get("/evidence/facts", params={"text": "<b>&"}).text
    assert "<b>&" not in marked


def test_a_tool_shows_its_answer_with_numbers_that_open(served: Served) -> None:
    asked = {"study": "small", "importer": "DEU", "method": "geopolrisk"}
    text = wait_for(served, served.client.get("/tool/risk/result", params=asked)).text
    assert "<table" in text
    assert "/trace/" in text
    assert served.client.get("/tool/none").status_code == 404


def test_other_names_sites_and_sizes_are_refused(served: Served) -> None:
    client = served.client
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421
    for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = client.post("/studies", headers=headers)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
    large = client.post("/shock/bill", content=b"x" * 300_000)
    assert large.status_code == 413
    chunks = (b"x" * 50_000 for _ in range(6))
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/shock/bill", content=chunks, headers=kind).status_code == 413


@pytest.mark.parametrize(
    "way", ["/../pyproject.toml", "/figures/..%2f..%2fstamp.json", "/static/..%2f..%2fx",
            "/stamp", "/shell", "/glass/00", "/%2e%2e/%2e%2e/etc/passwd"]
)  # fmt: skip
def test_no_way_leads_out_of_the_pages(served: Served, way: str) -> None:
    answer = served.client.get(way)
    assert answer.status_code == 404
    assert "error" in answer.json()


def test_a_job_is_stopped(served: Served) -> None:
    answer = served.client.get(f"{API}/outlook", params={"draws": 3000, "wait": 0})
    assert answer.status_code == 202
    job = answer.json()["job"]
    assert answer.headers["location"].endswith(job)
    assert served.client.delete(f"{API}/jobs/{job}").json()["state"] == "stopped"
    for way in ("", "/result"):
        ended = served.client.get(f"{API}/jobs/{job}{way}")
        assert (ended.status_code, error_of(ended)["what"]) == (404, "the job was stopped")
    # What is done can be let go as well.
    done = served.client.get(f"{API}/shock/backtest", params={"wait": 0})
    if done.status_code == 202:
        job = done.json()["job"]
        wait_for(served, done)
        assert served.client.delete(f"{API}/jobs/{job}").json()["state"] == "done"
        assert served.client.get(f"{API}/jobs/{job}").status_code == 404


def test_a_bucket_gives_no_more_than_it_holds() -> None:
    rate = Rate(0.001, 3)
    assert [rate.allows("a") for _ in range(4)] == [True, True, True, False]
    assert rate.allows("b")


@given(st.dictionaries(st.from_regex(r"[a-z.-]{1,20}", fullmatch=True), st.floats(-1e9, 1e9)))
def test_assumptions_survive_a_study_file(values: dict[str, float]) -> None:
    first = with_assumptions(SMALL, {"other": 1.0})
    text = with_assumptions(first, values)
    assert changed_in(text) == values
    base = StudyText("small", "Wind", SMALL)
    one, again, other = (own_study(each, base) for each in (text, text, first))
    assert one.id == again.id != other.id or not values


@given(st.lists(st.integers(), max_size=30), st.integers(1, 40), st.integers(0, 40))
def test_pages_of_a_list_join_to_the_list(rows: list[int], limit: int, offset: int) -> None:
    page = paged({"result": rows}, limit, offset)
    assert page["result"] == rows[offset : offset + limit]
    assert page["page"]["total"] == len(rows)


def test_a_table_holds_every_value_of_an_answer() -> None:
    quantity = {"value": 1.5, "low": None, "high": 2.0, "unit": "t", "label": "V", "lineage": "f:x"}
    listed = list(table_rows([{"country": "IND", "score": quantity, "why": ["a", "b"]}]))
    assert listed[0]["score"] == 1.5
    assert listed[0]["score_lineage"] == "f:x"
    assert listed[0]["why"] == '["a", "b"]'
    nested = list(table_rows({"a": {"b": quantity}, "n": 3, "flag": True}))
    assert nested == [{"path": "a/b", **quantity}, {"path": "n", "value": 3},
                      {"path": "flag", "text": "True"}]  # fmt: skip
    formula = written({"result": [{"name": "=1+1"}]}, "csv").decode()
    assert "'=1+1" in formula


def test_the_form_of_an_answer_is_chosen() -> None:
    assert wanted("csv", "application/json") == "csv"
    assert wanted(None, "text/html, text/csv;q=0.9") == "csv"
    assert wanted(None, "*/*") == "json"


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)
)
def test_an_address_of_a_number_is_one_path(lineage: str) -> None:
    way = address.trace(lineage, "small")
    assert way.count("?") == 1
    assert not re.search(r"[\s\"<>#]", way)


def test_ways_of_a_page_become_addresses() -> None:
    page = (
        '<a href="../country/CHN.html"></a><a href="../number.html#f:a/b?c"></a><img src="x.svg">'
    )
    made = address.live(page, "sector/wind.html", "small", "DEU")
    assert '/country/CHN?study=small"' in made
    assert "/trace/f:a/b%3Fc?study=small" in made
    filtered = address.live('<a href="evidence.html#form=x"></a>', "a.html", "small")
    assert "/evidence?study=small&amp;form=x" in filtered


@pytest.mark.parametrize(
    "way", ["/tool/target?country=CHN", "/tool/ranks?stage=C9", "/policy/plan?budget=x"]
)
def test_a_page_opens_though_what_it_is_asked_is_not_whole(served: Served, way: str) -> None:
    """The menu of countries leads to such an address: the fields are then still to be filled."""
    answer = served.client.get(way)
    assert answer.status_code == 200, answer.text
    assert 'id="tool"' in answer.text


def test_the_plant_that_stands_first_is_one_whose_money_is_known(served: Served) -> None:
    page = served.client.get("/tool/plant").text
    first = re.findall(r'<option value="([^"]+)" selected>', page)
    asked = {"study": "small", "facility": first[0], "draws": "20"}
    text = wait_for(served, served.client.get("/tool/plant/result", params=asked)).text
    assert "uses" in text.lower()
    assert len(re.findall("<option", page)) > 50


@pytest.mark.parametrize("way", ["/", "/shock", "/static/site.css", f"{API}/studies", "/none"])
def test_the_head_of_an_answer_is_given_without_its_body(served: Served, way: str) -> None:
    head, whole = served.client.head(way), served.client.get(way)
    assert head.status_code == whole.status_code
    assert head.content == b""
    assert head.headers["content-length"] == str(len(whole.content))


@pytest.mark.parametrize("way", ["/nothing", "/?study=none", "/trace/f:nothing", "/?country=ATL"])
def test_an_error_is_a_page_for_people_and_json_for_programs(served: Served, way: str) -> None:
    accept = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page, told = served.client.get(way, headers=accept), served.client.get(way)
    assert page.status_code == told.status_code == 404
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    what = error_of(told)["what"]
    assert what[1:] in page.text.replace("&#39;", "'")
    for name, value in HEADERS:
        assert page.headers[name.decode()] == value.decode()
    program = served.client.get(f"{API}{way}", headers=accept)
    assert program.headers["content-type"] == "application/json"


def test_a_shock_of_one_draw_is_answered_at_once_and_its_numbers_open(served: Served) -> None:
    asked = {"actor": "CHN", "form": "ndfeb-magnet", "target": "WLD", "instrument": "export-ban",
             "draws": 1, "months": 7}  # fmt: skip
    answer = served.client.get(f"{API}/shock/run", params=asked)
    assert answer.status_code == 200
    price = answer.json()["result"]["price_outside"][3]
    assert price["low"] is None or price["low"] == price["value"] == price["high"]
    tree = served.client.get(f"{API}/evidence/trace", params={"lineage": price["lineage"]})
    assert tree.status_code == 200, tree.text
    assert tree.json()["result"]["id"] == price["lineage"]
