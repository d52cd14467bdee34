"""The first line of a capital answer says where, how large and when, once."""

from __future__ import annotations

from midstream.answers import money
from midstream.study import Study
from midstream.tables_text import capital as text


def test_a_plant_to_come_is_named_once(study: Study) -> None:
    answer = money.target_answer(study, ("COD", "ndpr-oxide", 1000.0, 2027), draws=100)
    head = text.capital(answer).splitlines()[0]
    assert head.startswith("1,000 t/yr of NdPr oxide in DR Congo, decided in 2027; real USD")
    assert head.count("decided in") == 1
