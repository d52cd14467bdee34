"""Words of a shock and of the record: they follow the run, on made-up runs of known shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from midstream.evidence.lineage import Node
from midstream.evidence.quantity import Quantity
from midstream.report.narrative.backtest import Record, record, record_findings, record_title
from midstream.report.narrative.context import Context
from midstream.report.narrative.shock import case_findings, case_title, shock_opening
from midstream.report.narrative.shock_rows import (
    Case,
    events,
    extreme,
    fan_data,
    losses,
    panels,
    worst_target,
)
from midstream.report.narrative.words import words_in
from midstream.shock.backtest import Backtest, Scored
from midstream.shock.episode import Episode
from midstream.shock.peaks import PREDICTORS
from midstream.shock.result import Gain, OutputLost, ShockResult
from midstream.study import Study
from midstream.study.config import ShockConfig

MONTHS = 12


def q(value: float | None, spread: float = 0.1, unit: str = "ratio", place: str = "x") -> Quantity:
    lineage = f"f:shock.{place}"
    if value is None:
        return Quantity(None, None, None, unit, None, lineage)
    return Quantity(value, value * (1 - spread), value * (1 + spread), unit, "modelled", lineage)


def dip(depth: float, worst: int) -> tuple[Quantity, ...]:
    """Deliveries that are lowest in one month."""
    values = [1 - depth * max(0.0, 1 - abs(m - worst) / 4) for m in range(MONTHS)]
    return tuple(q(value, place=f"d/{m}") for m, value in enumerate(values))


def rise(peak: float, top: int) -> tuple[Quantity, ...]:
    """A price that is highest in one month."""
    values = [1 + (peak - 1) * max(0.0, 1 - abs(m - top) / 5) for m in range(MONTHS)]
    return tuple(q(value, place=f"p/{m}") for m, value in enumerate(values))


def made(
    depths: Mapping[str, float] | None = None,
    worst: int = 6,
    price: tuple[float, int] = (2.5, 2),
    targets: tuple[str, ...] = ("IND", "USA"),
    notice: int = 0,
    **changes: Any,
) -> Case:
    """A run with given depths of deliveries by country and a given peak of the price."""
    depths = {"IND": 0.8, "USA": 0.4, "CHN": 0.0} if depths is None else depths
    asked = ShockConfig(
        id="case", actor="CHN", form="ndfeb-magnet", targets=list(targets),
        instrument="export-licence", depth=0.9, months=9, notice_days=notice,
    )  # fmt: skip
    given: dict[str, Any] = {
        "chain": "magnets-light", "form": "ndfeb-magnet", "final_form": "ndfeb-magnet",
        "actor": "CHN", "instrument": "export-licence", "targets": targets,
        "countries": tuple(depths), "depth": q(0.9), "months": tuple(range(MONTHS)),
        "price_outside": rise(*price), "price_inside": rise(0.9, 3),
        "deliveries": {name: dip(depth, worst) for name, depth in depths.items()},
        "final_deliveries": {}, "cover": {}, "output_lost": (), "uncounted": (), "winners": (),
        "leaked": q(None, unit="%"), "relocation": q(None, unit="%"),
        "peaks": {"rule": q(1.3), "engine": q(1.8)}, "priors": {"ndfeb-magnet": "trade"},
        "similar_episodes": (),
    }  # fmt: skip
    found = cast("ShockResult", SimpleNamespace(**{**given, **changes}))
    return Case(asked, found)


@pytest.fixture(scope="module")
def context(india: Study) -> Context:
    return Context.of(india)


def said(context: Context, case: Case) -> dict[str, str]:
    return {one.id.split("/")[1]: one.text.plain for one in case_findings(context, case)}


def test_the_title_names_the_focus_country_and_what_it_keeps(context: Context) -> None:
    title = case_title(context, made())
    assert "India is down to 20% of normal" in title.plain
    assert words_in(title) <= 20
    deeper = case_title(context, made({"IND": 0.95, "USA": 0.4}))
    assert "down to 5.0% of normal" in deeper.plain
    assert "the price outside at 1.3 times" in title.plain
    paid = case_title(context, made(peaks={"market": q(3.4), "rule": q(1.1)}))
    assert paid.plain.endswith("the price outside at 1.1 times")
    fitted = made(peaks={"model": q(2.5), "rule": q(1.1)})
    assert case_title(context, fitted).plain == paid.plain


def test_a_country_that_is_hardly_hit_is_not_called_short(context: Context) -> None:
    assert "India is hardly short" in case_title(context, made({"IND": 0.01})).plain


def test_without_the_focus_country_the_worst_target_is_told(context: Context) -> None:
    case = made({"USA": 0.3, "JPN": 0.7, "CHN": 0.0}, targets=("USA", "JPN"))
    assert worst_target(case, "IND") == "JPN"
    assert "Japan is down to 30%" in case_title(context, case).plain


def test_a_study_without_shocks_says_so(context: Context) -> None:
    assert "no export control" in shock_opening(context, ()).title.plain


@pytest.mark.parametrize(
    ("top", "worst", "words"),
    [
        (2, 6, "The price moves first: it peaks four months before"),
        (7, 6, "The shortage comes first: deliveries to India are lowest one month before"),
        (5, 5, "reach their worst in the same month"),
    ],
)
def test_which_comes_first_is_computed(context: Context, top: int, worst: int, words: str) -> None:
    assert words in said(context, made(price=(2.5, top), worst=worst))["timing"]


def test_nothing_is_said_about_timing_where_nothing_moves(context: Context) -> None:
    assert "timing" not in said(context, made({"IND": 0.0}))
    assert "timing" not in said(context, made(price=(1.0, 2)))


def test_every_predictor_of_the_peak_is_printed(context: Context) -> None:
    words = said(context, made())["price"]
    assert "1.3 times by the share rule with a cap" in words
    assert "1.8 times by the engine" in words
    market = said(context, made(peaks={"market": q(3.4), "rule": q(1.1)}))["price"]
    assert "; to those cut off it is worth up to 3.4 times" in market
    assert "no price can be told" in said(context, made(peaks={}))["price"].lower()


def lost(country: str, sector: str, months: float, value: float | None) -> OutputLost:
    forms = ("ndfeb-magnet",)
    return OutputLost(
        country, sector, forms, q(months, unit="months of output"), q(20.0, unit="%"),
        q(value, unit="USD million"),
    )  # fmt: skip


def test_losses_of_the_focus_country_come_first(context: Context) -> None:
    others = (lost("USA", "wind", 3.0, None), lost("IND", "defence", 1.0, 40.0))
    case = made(output_lost=others)
    assert [one.country for one in losses(case.found, "IND")] == ["IND", "USA"]
    words = said(context, case)["lost"]
    assert words.startswith("Lost over the path: defence in India 1 month of output")
    assert "value added at risk is 40 million USD" in words
    without = said(context, made(output_lost=others[:1]))["lost"]
    assert without.startswith("India loses no output that counts")
    assert "no value added of these sectors is on record" in without
    assert said(context, made())["lost"] == "No sector loses output that counts."


def test_a_loss_that_cannot_be_counted_is_not_called_none(context: Context) -> None:
    unknown = made(uncounted=("IND",))
    assert said(context, unknown)["lost"].endswith("counted by nobody, so its loss is not known.")
    some = made(uncounted=("IND",), output_lost=(lost("USA", "wind", 3.0, None),))
    assert "so its loss is not known. lost over" in said(context, some)["lost"]
    none = made(deliveries={"IND": (q(None),) * 3, "USA": (q(0.5),) * 3})
    assert "India buys no" in said(context, none)["lost"]


def test_winners_and_ways_round_are_told_where_they_exist(context: Context) -> None:
    gain = Gain("JPN", "ndfeb-magnet", "maker elsewhere", q(1.4, unit="%"), q(None))
    words = said(context, made(winners=(gain,), leaked=q(12.0, unit="%")))
    assert "Japan (maker elsewhere) 1.4%" in words["winners"]
    assert words["round"].startswith("12% of what is blocked comes round")
    assert "round" not in said(context, made())
    assert "nobody gains" in said(context, made())["winners"].lower()


def test_the_end_of_the_chain_is_told_apart_from_the_cut(context: Context) -> None:
    assert "final" not in said(context, made())
    case = made(final_form="li-ion-cell", final_deliveries={"IND": dip(0.3, 4)})
    assert "India keeps 70% at worst" in said(context, case)["final"]


def test_the_record_nearby_is_held_against_the_peak(context: Context) -> None:
    def near(*peaks: float) -> tuple[dict[str, Any], ...]:
        rows = []
        for place, peak in enumerate(peaks):
            quantity = q(peak, place=f"near/{place}")
            node = Node(quantity.lineage, "observation", "near", quantity)
            context.reckoner.ledger.add(node)
            rows.append(
                {"episode": f"null: Shock {'ab'[place]}, again", "peak": quantity.to_dict()}
            )
        return tuple(rows)

    for peaks, place in (((1.1, 1.2), "above"), ((1.1, 2.0), "among"), ((2.0, 3.0), "below")):
        words = said(context, made(similar_episodes=near(*peaks)))["past"]
        assert words.endswith(f"the 1.3 times expected here lie {place} them.")
        assert "Shock a 1.1 times" in words or peaks[0] != 1.1
    assert "past" not in said(context, made())


def test_exposure_explains_who_is_short(context: Context) -> None:
    words = said(context, made({"IND": 0.8, "USA": 0.7, "JPN": 0.1, "CHN": 0.0}))["exposure"]
    assert words.startswith("China supplies of what each buys: ")
    falls = [made({"IND": a, "JPN": b}) for a, b in ((0.9, 0.1), (0.1, 0.9))]
    order = [("in this order deliveries fall" in said(context, one)["exposure"]) for one in falls]
    assert sorted(order) == [False, True]


def test_assumed_trade_is_said(context: Context) -> None:
    assert "on record" in said(context, made())["basis"]
    words = said(context, made(priors={"ndfeb-magnet": "gravity"}))["basis"]
    assert words.startswith("No customs code counts NdFeB magnets")


def test_events_follow_notice_and_instrument() -> None:
    assert [one.name for one in events(made())] == ["announced, in force", "ends"]
    late = events(made(notice=61))
    assert [one.name for one in late] == ["announced", "in force", "ends"]
    assert late[2].month - late[1].month == 9
    threat = made()
    asked = threat.asked.model_copy(update={"instrument": "threat"})
    assert [one.name for one in events(replace(threat, asked=asked))] == ["announced"]


def test_panels_begin_with_the_focus_country() -> None:
    found = panels(made({"USA": 0.2, "IND": 0.5, "CHN": 0.0}), "IND", str)
    assert [one.name for one in found] == ["IND", "USA", "CHN"]
    assert [one.focus for one in found] == [True, False, False]
    data = fan_data(made(targets=("WLD",)), str)
    assert data.subject.name == "outside CHN"
    assert len(data.subject.points) == MONTHS


def test_extremes_pass_over_missing_months() -> None:
    series = [q(None), q(0.4), q(0.2), q(0.2), q(None)]
    assert extreme(series, lowest=True) == 2
    assert extreme(series, lowest=False) == 1
    assert extreme([q(None)], lowest=True) is None


# the record


def past(
    context: Context,
    model: Sequence[float],
    rival: Sequence[float],
    observed: Sequence[float],
    *,
    width: float = 0.5,
    nulls: Sequence[bool] = (),
) -> Record:
    """A backtest with given log peaks."""
    seen = np.array(observed)
    logs = {name: np.array(rival) + 1.0 for name in PREDICTORS}
    logs |= {"model": np.array(model), "capped_share_rule": np.array(rival)}
    scored = Scored(seen, logs, logs["model"] - width, logs["model"] + width)
    flags = [*nulls, *([False] * (len(observed) - len(nulls)))]
    episodes = tuple(
        Episode(
            id=f"e{i}", name=f"Episode {'abcdefgh'[i]}", cluster=f"c{i}", material="gallium",
            stage="C2", instrument="ban", month_of_force=0, supply_share=0.5, stock_cover=None,
            spare_capacity=None, announced_length=None, pass_ratio=(0.5,), peak_month=1,
            peak_ratio=float(np.exp(value)), prices=(), null_case=flags[i], exchange=False,
            confounded=False, peak_short=None, peak_adjusted=None,
        )
        for i, value in enumerate(observed)
    )  # fmt: skip
    found = Backtest(episodes, scored, scored, scored, np.zeros((len(seen), 2)), seen > 0)
    return record(context, found)


OBSERVED = (0.1, 0.5, 0.9, 1.3)


def test_a_clear_lead_is_claimed_and_a_thin_one_is_not(context: Context) -> None:
    clear = past(context, OBSERVED, [x + 0.4 for x in OBSERVED], OBSERVED)
    assert "errs by 0.00" in record_title(clear).plain
    assert "chance" not in record_title(clear).plain
    thin = past(context, [x + 0.3 for x in OBSERVED], [0.0, 0.9, 0.6, 2.0], OBSERVED)
    assert "a lead that chance could give" in record_title(thin).plain


def test_a_model_that_loses_says_so(context: Context) -> None:
    found = past(context, [x + 0.5 for x in OBSERVED], OBSERVED, OBSERVED)
    assert "does not beat the share rule with a cap" in record_title(found).plain


def test_the_band_and_its_worst_miss_are_told(context: Context) -> None:
    found = past(context, [0.1, 0.5, 0.9, 0.1], [1.0] * 4, OBSERVED, width=0.2)
    words = {one.id: one.text.plain for one in record_findings(context, found)}
    assert "holds three of four (75%)" in words["band"]
    assert "Episode d" in words["miss"]
    assert "miss" not in {
        one.id for one in record_findings(context, past(context, OBSERVED, OBSERVED, OBSERVED))
    }


def test_false_alarms_are_counted_among_threats(context: Context) -> None:
    found = past(context, [0.9, 0.0, 0.9, 1.3], [0.5] * 4, (0.0, 0.0, 0.9, 1.3), nulls=(True, True))
    words = {one.id: one.text.plain for one in record_findings(context, found)}
    assert words["threats"].startswith("Of two threats and events without effect one lies")
    assert [one.null for one in found.trials] == [True, True, False, False]


def test_numbers_of_the_record_lead_to_their_episodes(context: Context) -> None:
    found = past(context, OBSERVED, OBSERVED, OBSERVED)
    ledger = context.reckoner.ledger
    assert found.lead.lineage in ledger
    for one in found.trials:
        assert ledger[one.model.lineage].inputs == (one.observed.lineage,)
        assert one.observed.value == pytest.approx(np.exp(OBSERVED[int(one.id[1])]))
