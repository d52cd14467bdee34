"""How the server runs: where it listens, what it serves, what one client may ask of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

#: Where a file is sent that is to be imported; it alone may be larger than other bodies.
UPLOAD = "/import/file"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may ask for; each limit is named in the message that refuses.

    Attributes:
        body_bytes: Largest body of a request.
        import_bytes: Largest file that is sent to be imported.
        imports: Files sent and imports accepted that are kept, of each so many.
        body_pause, body_pace: Seconds a body may pause, and bytes a second it has to bring.
        study_bytes: Largest study file.
        rows: Rows of one page of a list.
        draws: Draws of one run.
        quick_seconds, slow_seconds: Time a job of a lane may take before it is ended.
        wait_seconds: Time a request waits before it gets the address of its job instead.
        waiting: Jobs of one client that may wait in one lane.
        jobs: Jobs of all clients that are not done, and jobs that are remembered.
        waiting_bytes: Files and texts of theirs that wait to be worked on.
        outcome_bytes: Outcomes of theirs that are kept, the newest in any case.
        rate: Requests a second a client may keep up, and how many it may save up.
        own_rate: The same for a connection from this machine. Whoever can connect from here can
            do so many times over, so that a lower one would stop only those who read fast.
        studies: Studies of readers that are kept in memory.
        cache_bytes: Answers that are kept in memory.
    """

    body_bytes: int = 2_000_000
    import_bytes: int = 64_000_000
    imports: int = 4
    body_pause: float = 20.0
    body_pace: int = 20_000
    study_bytes: int = 64_000
    rows: int = 5_000
    draws: int = 4_000
    quick_seconds: float = 15.0
    slow_seconds: float = 300.0
    wait_seconds: float = 20.0
    waiting: int = 6
    jobs: int = 400
    waiting_bytes: int = 64_000_000
    outcome_bytes: int = 32_000_000
    rate: tuple[float, float] = (200.0, 600.0)
    own_rate: tuple[float, float] = (3000.0, 6000.0)
    studies: int = 8
    cache_bytes: int = 32_000_000

    def body(self, path: str) -> int:
        """Largest body of a request to an address."""
        return self.import_bytes if path == UPLOAD else self.body_bytes


@dataclass(frozen=True, slots=True)
class StudyText:
    """A study as the workers open it.

    Attributes:
        id: Name in addresses: lower case, digits and hyphens.
        title: As the study calls itself.
        text: Its TOML text.
        own: Whether a reader brought it; it is then kept in memory only.
        changed: Parameters it changes.
        data: Folder of the data a reader brought; the release that ships where blank.
        brought: What was imported into it, in words.
    """

    id: str
    title: str
    text: str
    own: bool = False
    changed: tuple[str, ...] = ()
    data: str = ""
    brought: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server is started with.

    Attributes:
        studies: Studies it serves; the first one is shown where none is named.
        cache: Folder in which written pages are kept between starts; ``None`` keeps them for the
            run alone.
        hosts: Names under which it may be addressed.
        numbers: Whether it may be addressed by any address in numbers as well, which no name of
            another site can lead to.
        limits: See `Limits`.
        draws: Draws of the pages; the study's own where ``None``.
        warm: Whether the workers open the first study at once.
    """

    studies: tuple[StudyText, ...]
    cache: Path | None = None
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    numbers: bool = False
    limits: Limits = field(default_factory=Limits)
    draws: int | None = None
    warm: bool = True
