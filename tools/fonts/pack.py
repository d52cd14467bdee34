"""Copy the vendored typefaces out of their PyPI packages and pack whole fonts as WOFF2.

Run ``python tools/fonts/pack.py WHEELS OUT`` with a folder of unpacked-or-not font wheels and the
folder that takes the files; needs fonttools and brotli, which midstream itself does not.
"""

from __future__ import annotations

import sys
import zipfile
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont

#: Wheel prefix -> (file in the wheel, name here, packed for the web as well).
FACES = {
    "fontpkg_source_serif_4": [
        ("SourceSerif4[opsz,wght].ttf", "SourceSerif4", True),
        ("SourceSerif4-Italic[opsz,wght].ttf", "SourceSerif4-Italic", False),
    ],
    "fontpkg_ibm_plex_sans": [("IBMPlexSans[wdth,wght].ttf", "IBMPlexSans", True)],
    "fontpkg_ibm_plex_mono": [("IBMPlexMono-Regular.ttf", "IBMPlexMono-Regular", True)],
}


def pack(wheels: Path, out: Path) -> None:
    """Write every face as TTF (unmodified) and, where wanted, as WOFF2 of the whole font."""
    out.mkdir(parents=True, exist_ok=True)
    for prefix, faces in FACES.items():
        (wheel,) = sorted(wheels.glob(f"{prefix}-*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            licence = archive.read(f"{prefix}/LICENSE")
            (out / f"OFL-{faces[0][1].split('-')[0]}.txt").write_bytes(licence)
            for name, here, web in faces:
                data = archive.read(f"{prefix}/files/{name}")
                (out / f"{here}.ttf").write_bytes(data)
                if web:
                    font = TTFont(BytesIO(data), recalcTimestamp=False, recalcBBoxes=False)
                    font.flavor = "woff2"
                    font.save(out / f"{here}.woff2")


if __name__ == "__main__":
    pack(Path(sys.argv[1]), Path(sys.argv[2]))
