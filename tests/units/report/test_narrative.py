"""The words: they state what the scores say, change with them, and claim no more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from midstream.errors import InputError
from midstream.evidence.quantity import Quantity
from midstream.report.narrative import Narrative, narrate
from midstream.report.narrative.amounts import amount, made, percents
from midstream.report.narrative.concentration import stage_title
from midstream.report.narrative.context import Context, weakest
from midstream.report.narrative.hollow import middle_below_ends, verdict
from midstream.report.narrative.keys import key_numbers
from midstream.report.narrative.words import (
    counted,
    joined,
    listed,
    lower,
    possessive,
    probability,
    remark,
    shortest_fit,
    traced,
    words_in,
)
from midstream.report.narrative.worked import agrees
from midstream.report.numbers import Sentence, Shown, say
from midstream.report.svg import STRUCTURE
from midstream.scorecard.result import CellScore, FormScore, Rank, Remark, Scorecard
from midstream.study import Study
from midstream.terms import with_article

SECTOR = "electric-vehicles"

#: value, low, high, digit of a cell.
Score = tuple[float | None, float | None, float | None, int | None]

LOW: Score = (1.2, 1.0, 1.4, 1)
MIDDLE: Score = (2.6, 2.3, 2.9, 3)
HIGH: Score = (4.2, 4.0, 4.4, 4)
NONE: Score = (None, None, None, None)


def quantity(
    value: float | None, low: float | None = None, high: float | None = None, unit: str = "score"
) -> Quantity:
    return Quantity(value, low, high, unit, "modelled" if value is not None else None, "f:test")


def scored(card: Scorecard, country: str, scores: Mapping[str, Score]) -> Scorecard:
    """Replace the scores of a country in the worked sector, stage by stage."""

    def changed(cell: CellScore) -> CellScore:
        if (cell.country, cell.sector) != (country, SECTOR) or cell.stage not in scores:
            return cell
        value, low, high, digit = scores[cell.stage]
        label = cell.score.label or "modelled"
        score = replace(
            cell.score, value=value, low=low, high=high, label=label if value is not None else None
        )
        ends = (digit, digit) if digit is not None else (1, 5)
        return replace(cell, score=score, digit=digit, digit_low=ends[0], digit_high=ends[1])

    return replace(card, cells=tuple(changed(cell) for cell in card.cells))


def profiled(card: Scorecard, country: str, p_hollow: Quantity) -> Scorecard:
    """Replace the hollow-middle probability of a country."""

    def changed(lineage: str) -> Quantity:
        return replace(p_hollow, lineage=lineage)

    return replace(
        card,
        profiles=tuple(
            replace(one, p_hollow=changed(one.p_hollow.lineage)) if one.country == country else one
            for one in card.profiles
        ),
    )


@pytest.fixture(scope="module")
def words(india: Study) -> Narrative:
    return narrate(india)


@pytest.fixture(scope="module")
def japanese(japan: Study) -> Narrative:
    return narrate(japan)


def headline(study: Study, scores: Mapping[str, Score]) -> str:
    card = scored(study.scorecard(), study.config.focus, scores)
    return narrate(study, card).answer.strip_title.plain


# the headline


@pytest.mark.parametrize("which", ["india", "japan"])
def test_headlines_keep_to_twenty_words(which: str, request: pytest.FixtureRequest) -> None:
    study: Study = request.getfixturevalue(which)
    for sector in study.config.sectors:
        context = Context.of(study)
        context.__dict__["sector"] = sector
        from midstream.report.narrative.headline import headline as write

        assert 4 <= words_in(write(context)) <= 20, sector


def test_one_weak_stage_is_named_with_its_holder(india: Study) -> None:
    found = headline(india, {"C1": MIDDLE, "C2": LOW, "C3": MIDDLE, "C4": HIGH})
    assert "held back at refining" in found
    assert "China" in found


def test_the_headline_moves_with_the_weak_stage(india: Study) -> None:
    found = headline(india, {"C1": LOW, "C2": MIDDLE, "C3": MIDDLE, "C4": HIGH})
    assert "held back at mining" in found


def test_two_weak_middle_stages_are_called_the_middle(india: Study) -> None:
    found = headline(india, {"C1": MIDDLE, "C2": LOW, "C3": LOW, "C4": HIGH})
    assert "weakest in the middle, refining and advanced materials" in found


def test_overlapping_stages_are_not_told_apart(india: Study) -> None:
    wide: Score = (2.5, 1.5, 3.4, None)
    found = headline(india, {"C1": MIDDLE, "C2": wide, "C3": MIDDLE, "C4": MIDDLE})
    assert "no scored stage of India stands clear" in found
    assert "most likely" in found


def test_a_strong_chain_is_called_strong(india: Study) -> None:
    assert "strong at every scored stage" in headline(
        india, dict.fromkeys(("C1", "C2", "C3", "C4"), HIGH)
    )


def test_a_chain_without_scores_says_so(india: Study) -> None:
    found = headline(india, dict.fromkeys(("C1", "C2", "C3", "C4"), NONE))
    assert "no stage of India can be scored" in found


def test_a_single_scored_stage_is_not_called_the_weakest(india: Study) -> None:
    found = headline(india, {"C1": MIDDLE, "C2": NONE, "C3": NONE, "C4": NONE})
    assert "only mining can be scored for India" in found


def test_a_small_study_reads_well(small: Study) -> None:
    words = narrate(small)
    assert "Across one sector" in words.answer.opening.lede.plain
    assert all("one sectors" not in sentence.plain for sentence in words.sentences())


def test_the_strip_marks_the_lowest_stage(india: Study) -> None:
    card = scored(india.scorecard(), "IND", {"C1": MIDDLE, "C2": LOW, "C3": MIDDLE, "C4": HIGH})
    strip = narrate(india, card).answer.strip
    assert [line.stage for line in strip if line.binds] == ["C2"]


def test_weakest_leaves_unscored_cells_out(india: Study) -> None:
    card = scored(india.scorecard(), "IND", {"C1": NONE, "C2": LOW, "C3": HIGH, "C4": HIGH})
    cells = Context.of(india, card).strip("IND", SECTOR)
    assert [cell.stage for cell in weakest(cells)] == ["C2"]


# the hollow middle


@pytest.mark.parametrize(
    ("p_hollow", "expected"),
    [
        (quantity(0.95), "supported"),
        (quantity(0.9), "supported"),
        (quantity(0.95, 0.5, 1.0), "undetermined"),
        (quantity(0.05), "refuted"),
        (quantity(0.1), "refuted"),
        (quantity(0.0, 0.0, 1.0), "undetermined"),
        (quantity(0.5), "undetermined"),
        (quantity(None), "undetermined"),
    ],
)
def test_a_verdict_needs_the_whole_evidence_box(p_hollow: Quantity, expected: str) -> None:
    assert verdict(p_hollow) == expected


@pytest.mark.parametrize(
    ("p_hollow", "phrase"),
    [
        (quantity(0.97, 0.95, 0.99), "India is hollow in the middle"),
        (quantity(0.02, 0.0, 0.05), "India is not hollow in the middle"),
        (quantity(0.5, 0.45, 0.55), "stays open (45"),
        (quantity(0.5, 0.0, 1.0), "until output in"),
        (quantity(None), "too few scored stages"),
    ],
)
def test_the_statement_follows_the_verdict(india: Study, p_hollow: Quantity, phrase: str) -> None:
    card = profiled(india.scorecard(), "IND", p_hollow)
    assert phrase in narrate(india, card).hollow["IND"].text.plain


@pytest.mark.parametrize(
    ("middle", "likely", "clearly"),
    [(LOW, True, True), ((2.4, 1.5, 3.2, None), True, False), (HIGH, False, False),
     (NONE, False, False)],
)  # fmt: skip
def test_a_shape_is_clear_only_where_intervals_lie_apart(
    india: Study, middle: Score, likely: bool, clearly: bool
) -> None:
    card = scored(india.scorecard(), "IND", {"C1": MIDDLE, "C2": LOW, "C3": middle, "C4": MIDDLE})
    cells = Context.of(india, card).strip("IND", SECTOR)
    assert middle_below_ends(cells) is likely
    assert middle_below_ends(cells, clearly=True) is clearly


def test_the_lede_carries_the_verdict(india: Study) -> None:
    open_claim = narrate(india, profiled(india.scorecard(), "IND", quantity(0.5, 0.0, 1.0)))
    shown = narrate(india, profiled(india.scorecard(), "IND", quantity(0.99, 0.98, 1.0)))
    assert "neither shown nor ruled out" in open_claim.answer.strip_lede.plain
    assert "its middle is hollow" in shown.answer.strip_lede.plain


# every number


@pytest.mark.parametrize("which", ["words", "japanese"])
def test_every_number_resolves(which: str, request: pytest.FixtureRequest) -> None:
    narrative: Narrative = request.getfixturevalue(which)
    lost = {
        part.quantity.lineage
        for sentence in narrative.sentences()
        for part in sentence.parts
        if isinstance(part, Shown) and part.quantity.lineage not in narrative.ledger
    }
    assert lost == set()


@pytest.mark.parametrize("which", ["words", "japanese"])
def test_no_bare_digit_stands_in_words(which: str, request: pytest.FixtureRequest) -> None:
    narrative: Narrative = request.getfixturevalue(which)
    bare = [
        part
        for sentence in narrative.sentences()
        for part in sentence.parts
        if isinstance(part, str) and re.search(r"\d", STRUCTURE.sub("", part))
    ]
    assert bare == []


def test_counts_know_what_they_counted(words: Narrative) -> None:
    node = words.ledger["f:report.words/answer-figures"]
    assert node.inputs
    assert node.formula


def test_surety_adds_up(words: Narrative) -> None:
    total = words.ledger["f:report.words/answer-figures"].quantity.value
    assert sum(shown.quantity.value or 0 for _, shown in words.answer.surety.counts) == total


# parts of the answer


def test_key_numbers_are_of_three_kinds(words: Narrative) -> None:
    kinds = [number.kind for number in words.answer.key_numbers]
    assert kinds == ["position", "dependence", "money"]


def test_money_stands_in_both_currencies(words: Narrative) -> None:
    money = words.answer.key_numbers[-1]
    assert money.shown.unit == "crore INR"
    assert re.search(r"USD \d+ million at the mean rate of 20\d\d", money.text.plain)


@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "money", "rule": "guess"},
        {"kind": "money", "rule": "scheme-outlay", "scheme": "no-such-scheme"},
    ],
)
def test_an_unknown_key_number_is_refused(india: Study, entry: dict[str, str]) -> None:
    context = Context.of(india)
    kept = india.config.key_numbers
    india.config.key_numbers = (entry,)
    try:
        with pytest.raises(InputError) as caught:
            key_numbers(context)
    finally:
        india.config.key_numbers = kept
    assert "india-us" in caught.value.where
    assert caught.value.mend


def test_key_numbers_have_a_default(india: Study) -> None:
    kept = india.config.key_numbers
    india.config.key_numbers = ()
    try:
        kinds = [number.kind for number in key_numbers(Context.of(india))]
    finally:
        india.config.key_numbers = kept
    assert kinds[0] == "position"
    assert kinds[-1] == "money"


def test_changes_go_up_by_one(words: Narrative) -> None:
    for change in words.answer.changes:
        assert change.what.plain
        if change.after is not None and change.before.text in "1234":
            assert int(change.after.text) == int(change.before.text) + 1


@pytest.mark.parametrize(
    ("shares", "phrase"),
    [
        (
            (50, 80, 85, 40),
            "Concentration peaks in the middle: the median leader holds 85% in advanced materials",
        ),
        ((50, 80, 51, 40), "The tightest grip is on refining"),
        ((80, 50, 50, 40), "not on the middle but on mining: 80%"),
        ((50, 52, 51, 50), "No stage stands out"),
    ],
)
def test_the_tightest_stage_is_named_only_where_it_stands_out(
    shares: tuple[float, ...], phrase: str
) -> None:
    stages = ("C1", "C2", "C3", "C4")
    found = {stage: quantity(share, unit="%") for stage, share in zip(stages, shares, strict=True)}
    assert phrase in stage_title(found).plain


# ranks, gaps, example


def test_a_place_is_named_only_where_its_range_is_narrow(india: Study) -> None:
    def ranked(rank: Rank) -> str:
        profiles = tuple(
            replace(one, ranks=dict.fromkeys(one.ranks, rank)) for one in india.scorecard().profiles
        )
        card = replace(india.scorecard(), profiles=profiles)
        return narrate(india, card).openings["peers"].title.plain

    assert "stays open at every stage" in ranked(Rank(4, 1, 15))
    assert "number 4 at every stage" in ranked(Rank(4, 3, 6))


def test_gaps_come_with_the_cells_that_wait(words: Narrative, india: Study) -> None:
    sizes = [len(gap.cells) for gap in words.gaps]
    assert sizes == sorted(sizes, reverse=True)
    for gap in words.gaps[:20]:
        for country, sector, stage in gap.cells:
            cell = india.scorecard().cell(country, sector, stage)
            assert cell.digit is None
            assert gap.form in {form.form for form in cell.forms}


@pytest.mark.parametrize(
    ("digit", "ends", "published", "expected"),
    [(2, (2, 2), 2.0, True), (2, (2, 2), 3.0, False), (None, (1, 3), 3.0, True),
     (None, (1, 3), 4.0, False)],
)  # fmt: skip
def test_agreement_is_about_what_the_evidence_allows(
    india: Study, digit: int | None, ends: tuple[int, int], published: float, expected: bool
) -> None:
    cell = replace(india.scorecard().cells[0], digit=digit, digit_low=ends[0], digit_high=ends[1])
    assert agrees(cell, quantity(published)) is expected


def test_the_example_explains_each_stage(words: Narrative) -> None:
    assert [row.stage for row in words.example] == ["C1", "C2", "C3", "C4"]
    for row in words.example:
        assert row.published is not None
        assert "published" in row.why[0].plain
        assert len(row.why) >= 3


def test_a_study_without_a_published_row_compares_nothing(japanese: Narrative) -> None:
    assert all(row.published is None for row in japanese.example)
    assert "published" not in japanese.openings["example"].title.plain


# another country


def test_the_words_of_another_country_do_not_speak_of_india(japanese: Narrative) -> None:
    spoken = [japanese.answer.opening.title, japanese.answer.opening.lede]
    spoken += [
        sentence
        for name, head in japanese.openings.items()
        for sentence in (head.title, head.lede)
        # The head of the shock page names the countries the study wants cut off.
        if name != "shock"
    ]
    spoken += list(japanese.sectors.values())
    spoken += [line.focus for line in japanese.answer.strip]
    assert [sentence.plain for sentence in spoken if "India" in sentence.plain] == []
    assert "Japan" in japanese.answer.opening.title.plain


# small words


def test_lists_read_as_prose() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert joined([say("one"), say("two"), say("three")]).plain == "one, two and three"


def test_names_read_as_prose() -> None:
    assert possessive("India") == "India\u2019s"
    assert possessive("the United States") == "the United States\u2019"
    assert with_article("United Kingdom") == "the United Kingdom"
    assert with_article("Japan") == "Japan"
    assert lower("Rare-earth ore") == "rare-earth ore"
    assert lower("NdPr oxide") == "NdPr oxide"
    assert lower("AI infrastructure") == "AI infrastructure"


def test_counts_in_one_sentence_are_written_alike() -> None:
    few, many = quantity(5.0, unit="count"), quantity(31.0, unit="count")
    assert [one.text for one in counted(few)] == ["five"]
    assert [one.text for one in counted(few, many)] == ["5", "31"]
    assert [one.text for one in counted(quantity(0.0))] == ["none"]


@pytest.mark.parametrize(
    ("given", "text"),
    [(quantity(0.004), "under 1%"), (quantity(0.996), "over 99%"), (quantity(0.5), "50%"),
     (quantity(0.5, 0.2, 0.9), "20\u201390%"), (quantity(0.5, 0.5, 0.5), "50%")],
)  # fmt: skip
def test_probabilities_keep_off_the_ends(given: Quantity, text: str) -> None:
    assert probability(given).plain == text


def test_digits_inside_words_are_traced() -> None:
    sentence = traced("C2 needs 1,500 t by 2030, HS 850511", quantity(2.0))
    assert [part.text for part in sentence.parts if isinstance(part, Shown)] == ["1,500"]
    assert sentence.plain == "C2 needs 1,500 t by 2030, HS 850511"


def test_remarks_keep_their_numbers_and_shorten_names() -> None:
    note = Remark("{form} output {made}", form="Long name (scope)", made=quantity(40.0, unit="t"))
    sentence = remark(note, quantity(2.0), {"Long name (scope)": "oxide"})
    assert sentence.plain == "Oxide output 40 t"
    assert remark("output of 3 plants", quantity(2.0), {}).plain == "Output of 3 plants"


def test_the_fullest_wording_that_fits_is_taken() -> None:
    long, short = say("a b c d"), say("a b")
    assert shortest_fit((long, short), 4) is long
    assert shortest_fit((long, short), 3) is short
    assert shortest_fit((long, short), 1) is short


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (quantity(640.0, 538.8, 873.6, "t"), "540\u2013870 t"),
        (quantity(1234.0, None, None, "t"), "1,200 t"),
        (quantity(1.0, 0.27, 1.65, "% of world"), "0.27\u20131.6% of the world"),
        (quantity(4.0, 0.0, 8.31, "t"), "up to 8.3 t"),
        (quantity(0.0, 0.0, 0.0, "t"), "0 t"),
    ],
)
def test_amounts_show_no_more_than_is_known(given: Quantity, text: str) -> None:
    assert amount(given).plain == text


def test_shares_of_a_need_are_ranges() -> None:
    assert percents(quantity(0.57, 0.36, 0.92, "ratio")).plain == "36\u201392%"
    assert percents(quantity(0.57, None, None, "ratio")).plain == "57%"


def test_uncounted_output_is_not_called_zero(india: Study) -> None:
    form: FormScore = india.scorecard().form_scores[0]
    unknown = replace(form, output=Quantity(None, 0.0, 50.0, "t", None, form.output.lineage))
    assert made(unknown).plain == "not counted, at most 50 t"
    blank = replace(form, output=Quantity(None, None, None, "t", None, form.output.lineage))
    assert made(blank).plain == "not counted"
    assert isinstance(made(unknown), Sentence)
