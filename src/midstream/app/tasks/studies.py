"""Studies of readers, opened once to see whether they can be."""

from __future__ import annotations

from midstream.app.settings import StudyText
from midstream.app.worker import Place


def check(place: Place, study: StudyText) -> None:
    """Open a study.

    Raises:
        InputError: naming what its file says that cannot be.
    """
    place.study(study)
