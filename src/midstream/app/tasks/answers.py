"""The commands of the API, worked out in a worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from midstream.app.commands import COMMANDS
from midstream.app.formats import paged, written
from midstream.app.settings import StudyText
from midstream.app.worker import Place

#: Fields of a query that say how the answer is given, not what it is.
SHAPE = frozenset({"study", "format", "limit", "offset", "wait"})


def command(
    place: Place, study: StudyText, path: str, asked: Mapping[str, Any], form: str
) -> tuple[bytes, int | None]:
    """Work out a command; gives its bytes and the length of its list."""
    known = COMMANDS[path]
    query = known.query.model_validate(asked)
    own = {name: value for name, value in asked.items() if name not in SHAPE}
    opened = place.study(study)
    key = f"{study.id}|{path}|{sorted(own.items())!r}"
    answer = place.envelope(key, lambda: known.run(opened, query, place.tell))
    page = paged(answer, query.limit, query.offset)
    total = page["page"]["total"] if "page" in page else None
    return written(page, form), total
