"""What is kept of a free-text note: figures, units and short noun phrases.

Sentences of the collected notes are not carried over. A note is cut into
fragments; a fragment stays if it is short, has no verb of a sentence and no
full stop, and as many fragments are kept as fit in the limit.
"""

from __future__ import annotations

import re

LIMIT = 60

_CUT = re.compile(r"\s*;\s*|(?<!\bincl)(?<!\bapprox)(?<!\bca)(?<!\bvs)\.\s+|\.$")
_SHORT = re.compile(r"\b(incl|approx|ca|vs)\.")
_VERBS = re.compile(
    r"\b(is|are|was|were|be|been|has|have|had|says?|said|does|did|do|will|would|could|should|"
    r"may|might|must|can|cannot|means|holds?|gives?|gave|stands?|puts?|makes?|made|names?|"
    r"shows?|needs?|comes?|counts?|covers?|calls?|called|lists?|quotes?|refers?|uses?|"
    r"asked|drew|earns|supplies|tops|confirms|sits|points|follows|agreed|waits?|starved|carries|apply|"
    r"see|became|becomes|took|takes|went|goes|got|kept|keeps|read|reads)\b",
)


def is_phrase(text: str) -> bool:
    """True for a short fragment that is no sentence."""
    balanced = text.count("(") == text.count(")")
    return 0 < len(text) <= LIMIT and balanced and not _VERBS.search(text)


def residue(note: str) -> str:
    """The fragments of a note that may stay, joined by '; ', at most 60 characters.

    >>> residue("Budget A$500m (June 2022), A$575m (2022). No separation.")
    'Budget A$500m (June 2022), A$575m (2022); No separation'
    """
    kept = ""
    for piece in _CUT.split(note):
        fragment = " ".join(_SHORT.sub(r"\1", piece).split()).strip(" .,")
        if not is_phrase(fragment):
            continue
        longer = f"{kept}; {fragment}" if kept else fragment
        if len(longer) <= LIMIT:
            kept = longer
    return kept
