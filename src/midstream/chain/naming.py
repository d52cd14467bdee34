"""Display names of forms and countries, for the words of a lineage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from midstream.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Names:
    """Names by id; an id without a name stands for itself."""

    forms: Mapping[str, str]
    countries: Mapping[str, str]

    @classmethod
    def of(cls, evidence: Evidence) -> Names:
        """Read the short names of the scored forms and the names of the countries."""
        forms = {row["form"]: row["name"] for row in evidence.table("scored_forms").rows}
        countries = {code: row["name"] for code, row in evidence.countries.items()}
        return cls(forms, countries)

    def form(self, form: str) -> str:
        """Short name of a form."""
        return self.forms.get(form, form)

    def country(self, code: str) -> str:
        """Name of a country."""
        return self.countries.get(code, code)

    def cell(self, form: str, country: str) -> str:
        """``NdPr oxide, India``."""
        return f"{self.form(form)}, {self.country(country)}"
