"""Errors that say what happened, where, why it is a problem and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class MidstreamError(Exception):
    """Base of every error midstream raises on purpose.

    Args:
        what: What happened, in one clause.
        where: The place: ``file:row:column``, a key of a study, an option of a command.
        why: Why it is a problem.
        mend: What the reader can do about it.
    """

    what: str
    where: str = ""
    why: str = ""
    mend: str = ""

    def __str__(self) -> str:
        """Join the parts that are filled into one readable message."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        tail = [self.why, f"To mend it: {self.mend}" if self.mend else ""]
        told = ". ".join(part.rstrip(".") for part in [head, *tail] if part)
        return told if told.endswith("?") else f"{told}."


class InputError(MidstreamError):
    """Bad input from outside: data files, study files, command options (exit code 2)."""


class EvidenceError(InputError):
    """A data release that cannot be loaded; `problems` holds every finding, not the first.

    Args:
        problems: One line per problem, each with file, row and column.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        shown = "\n  ".join(problems[:50])
        more = f"\n  (+{len(problems) - 50} more)" if len(problems) > 50 else ""
        noun = "problem" if len(problems) == 1 else "problems"
        super().__init__(what=f"{len(problems)} {noun} in the evidence tables:\n  {shown}{more}")


class ModelError(MidstreamError):
    """A computation that cannot give an answer (exit code 1)."""
