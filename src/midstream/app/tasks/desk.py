"""A desk for what is worked out at a moment's notice, without scores or words of an edition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from markupsafe import Markup

from midstream.app import address
from midstream.evidence.lineage import Ledger
from midstream.report.figures import Figure
from midstream.report.numbers import Register
from midstream.report.site.desk import Desk
from midstream.report.site.pen import Pen
from midstream.scorecard.result import Scorecard
from midstream.study import Study


@dataclass(frozen=True, init=False)
class QuickDesk(Desk):
    """The look-ups of a study; it has no narrative, and its ledger is that of the study."""

    def __init__(self, study: Study) -> None:
        for name, value in {"study": study, "edition_hash": "", "report": None}.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_known", {})

    @property
    def ledger(self) -> Ledger:
        """Where every number resolves."""
        return self.study.ledger

    @cached_property
    def card(self) -> Scorecard:
        """No scores: what is worked out here does not wait for them."""
        config = self.study.config
        return Scorecard(config.horizon, config.draws, config.seed, (), (), (), self.ledger)

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Countries of the study, the focus country first, then by name."""
        found = self.study.config.countries
        return tuple(sorted(found, key=lambda one: (one != self.focus, self.country(one))))

    @cached_property
    def _names(self) -> dict[str, str]:
        scored = (str(row["form"]) for row in self.study.evidence.table("scored_forms").rows)
        names = {form: self.form(form) for form in scored if "-" in form}
        names |= {one: self.sector(one) for one in self.study.config.sectors if "-" in one}
        countries = self.study.evidence.countries
        return names | {code: str(row["name"]) for code, row in countries.items()}


class LivePen(Pen):
    """Writes what a tool shows; its figures are drawn again when they are downloaded.

    Args:
        desk, way, state: What the pages share; where figures are drawn again, and of what.
        layout: Class of the one layout that figures are drawn in; all of them where blank.
    """

    def __init__(
        self, desk: Desk, way: str, state: list[tuple[str, str]], layout: str = ""
    ) -> None:
        super().__init__("", "", Register(), desk)
        self.way, self.state, self.layout = way, urlencode(state), layout

    def drawing(self, figure: Figure) -> Markup:
        """Write a figure; what a tool shows stands in no register, so none is drawn for it."""
        return self.layouts(figure, self.layout)

    def file(self, figure: Figure, kind: str) -> str:
        """Give the address of a figure's CSV or SVG."""
        self.files[figure.id] = figure
        return f"{self.way}/{figure.id}.{kind}?{self.state}"

    def turned(self, text: str) -> str:
        """Turn the ways in a text into addresses of the server."""
        return address.live(text, "tool.html", self.desk.study.config.id)
