"""What a process gives back to the system, and that nothing is lost by it."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from midstream.app.memory import clean_maps

SMAPS = """\
7f0000000000-7f0000004000 r-xp 00000000 fe:00 77                         /usr/lib/libcode.so
Rss:                  16 kB
Anonymous:             0 kB
7f0000004000-7f0000005000 r--p 00004000 fe:00 77                         /usr/lib/libcode.so
Rss:                   4 kB
Anonymous:             4 kB
7f0000005000-7f0000006000 rw-p 00005000 fe:00 77                         /usr/lib/libcode.so
Anonymous:             0 kB
7f0000006000-7f0000008000 r--p 00000000 fe:00 78                         /usr/lib/a name with blanks
Anonymous:             0 kB
7f0000008000-7f0000009000 r--p 00000000 00:00 0                          [vvar]
Anonymous:             0 kB
7f0000009000-7f000000a000 r-xp 00000000 00:00 0
Anonymous:             0 kB
"""

#: Loads a database, gives back, and works with it again.
GIVES = """
import duckdb
from midstream.app.memory import give_back

def resident():
    kept, ours = 0, False
    for line in open("/proc/self/smaps", encoding="utf-8"):
        if "-" in line.partition(":")[0]:
            ours = "_duckdb" in line and " r-xp " in line
        elif ours and line.startswith("Rss:"):
            kept += int(line.split()[1])
    return kept

ask = lambda: duckdb.sql("SELECT sum(i) FROM range(100000) t(i)").fetchall()
first = ask()
before = resident()
give_back()
after = resident()
assert ask() == first, "works as before"
print(before, after)
"""


def test_only_maps_of_files_that_nothing_was_written_to_are_given_back() -> None:
    assert list(clean_maps(SMAPS)) == [(0x7F0000000000, 0x4000), (0x7F0000006000, 0x2000)]


@pytest.mark.skipif(platform.system() != "Linux", reason="other systems are left alone")
def test_code_that_was_read_once_is_given_back_and_still_runs() -> None:
    told = subprocess.run(
        [sys.executable, "-c", GIVES], check=True, capture_output=True, text=True
    ).stdout
    before, after = (int(one) for one in told.split())
    assert before > 1_000, "kB: a database is large"
    assert after < before / 10
