"""Memory of this process: how high it was, and what it can give back to the system."""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

#: Advice of the Linux kernel: these pages are not needed for now.
DONT_NEED = 4
_MAPS = Path("/proc/self/smaps")


def height() -> int:
    """Memory of this process at its height, bytes; 0 where the system does not tell."""
    if find_spec("resource") is None:
        return 0
    usage = import_module("resource")
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * int(usage.getrusage(usage.RUSAGE_SELF).ru_maxrss)


def give_back() -> None:
    """Give the system what this process holds and does not use: freed blocks, code of libraries.

    Opening a study loads a compiler and a database, 140 MB of code most of which is not run again.
    Nothing is lost: a page of code that is run after all is read from its file once more. Does
    nothing on systems other than Linux.
    """
    if platform.system() != "Linux":
        return
    library = ctypes.CDLL(None, use_errno=True)
    if hasattr(library, "malloc_trim"):  # glibc alone has it
        library.malloc_trim(0)
    for start, size in clean_maps(_MAPS.read_text("utf-8")):
        # A page that cannot be given back stays; there is nothing to mend.
        library.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), DONT_NEED)


def clean_maps(maps: str) -> Iterator[tuple[int, int]]:
    """Read where files are mapped that nothing was written to: start and size in bytes.

    Args:
        maps: Text of ``/proc/PID/smaps``.
    """
    span, fixed = "", False
    for line in maps.splitlines():
        name, _, value = line.partition(":")
        if "-" in name:
            span, rights, _, _, inode, *_ = line.split(maxsplit=5)
            fixed = rights in ("r-xp", "r--p") and inode != "0"
        elif name == "Anonymous" and fixed and value.split()[0] == "0":
            # Where the loader wrote, pages count as anonymous: their file does not hold them.
            start, end = (int(one, 16) for one in span.split("-"))
            yield start, end - start
