"""Errors as the API tells them: the words of the command line, in JSON."""

from __future__ import annotations

from http import HTTPStatus

from pydantic import BaseModel

from midstream.errors import InputError, MidstreamError


class Failure(BaseModel):
    """What went wrong, in the words of the command line.

    Attributes:
        what: What happened.
        where: The option or the place in a file.
        why: Why it is a problem.
        mend: What the reader can do.
    """

    what: str
    where: str = ""
    why: str = ""
    mend: str = ""


class FailureBody(BaseModel):
    """Body of every answer that is an error."""

    error: Failure


class ServedError(Exception):
    """An error with its HTTP status."""

    def __init__(self, status: int, failure: Failure) -> None:
        super().__init__(failure.what)
        self.status, self.failure = status, failure


def failure_of(error: MidstreamError) -> tuple[int, Failure]:
    """Give the status and the words of an error of the engine.

    What cannot be found is 404, what cannot be asked 422, and what the engine cannot work out 500.
    """
    words = Failure(what=error.what, where=error.where, why=error.why, mend=error.mend)
    if not isinstance(error, InputError):
        return HTTPStatus.INTERNAL_SERVER_ERROR, words
    missing = error.what.startswith(("no lineage", "no study"))
    return (HTTPStatus.NOT_FOUND if missing else HTTPStatus.UNPROCESSABLE_ENTITY), words


def refuse(status: int, what: str, where: str = "", why: str = "", mend: str = "") -> ServedError:
    """Make an error to raise in a route."""
    return ServedError(status, Failure(what=what, where=where, why=why, mend=mend))
