"""Small observations and data folders for tests of the evidence."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from midstream.evidence.folder import CORE_TABLES, SHIPPED
from midstream.evidence.labels import Fact, FactBook
from midstream.evidence.observations import COUNTING_LAYERS, Observation

#: Origins that never count.
NOT_INDEPENDENT = ("derived", "unattributed")

BLANK: dict[str, Any] = {
    **dict.fromkeys(Observation.__dataclass_fields__),
    "metric": "m",
    "unit": "t",
    "period": "2024",
    "kind": "reported",
    "source": "s",
    "origin": "a",
    "layer": 1,
    "licence": "",
}

#: Tables of a small folder; `corrections` and `facilities` as well as the core ones.
TABLES: Mapping[str, str] = {
    "countries": "id,iso2,name,region,subregion,currency,kind\n"
    "IND,IN,India,Asia,Southern Asia,INR,country\n"
    "CHN,CN,China,Asia,Eastern Asia,CNY,country\n"
    "WLD,,World,,,,aggregate\n",
    "materials": "id,name,symbol,group,parent,default_basis\n"
    "rare-earths,Rare earths,,rare earths,,REO\n"
    "gallium,Gallium,Ga,minor metals,,Ga\n",
    "forms": "id,name,stage,sector,main_material\nree-ore,Ore,C1,,rare-earths\n",
    "metrics": "id,name,dimension,unit,units,aggregation,tolerance,tolerance_kind,"
    "period_slack,typical_stage,definition\n"
    "production,Production,mass,t,t,sum,0.05,relative,0,,Output.\n"
    "share,Share,share,%,%,share,5,absolute,1,,Share.\n",
    "origins": "id,name,class,independent\n"
    "usgs,USGS,statistics,yes\nwmd,WMD,statistics,yes\n"
    "unattributed,No origin,unattributed,no\nderived,Computed,derived,no\n",
    "sources": "id,title,publisher,origin_class,date,url,kind,layer,licence,retrieved,"
    "note,aliases\n"
    "mcs,Summaries,USGS,statistics,2025-01,https://example.org/a,statistics,1,public domain,"
    "2026-01-01,,mcs-old\n"
    "wmd-2026,World Mining Data,Ministry,statistics,2026,https://example.org/b,statistics,1,"
    "unclear,2026-01-01,,\n"
    "blog,A blog,Someone,forum,2025,https://example.org/c,web,3,cited facts,2026-01-01,,\n",
    "observations": "id,metric,value,low,high,unit,original_value,original_unit,period,vintage,"
    "country,partner,material,form,stage,sector,entity,per_unit,basis,kind,source,origin,"
    "locator,note\n"
    "o-1,production,2900,,,t,2.9,kt REO/yr,2024,2025,IND,,rare-earths,,C1,,,,REO,reported,"
    "mcs,usgs,table,\n"
    "o-2,production,2500,,,t,2500,t REO/yr,2024,2026,IND,,rare-earths,,C1,,,,REO,reported,"
    "wmd-2026,wmd,table,\n"
    "o-3,share,70,,,%,70,%,2024,2025,CHN,,rare-earths,,C1,,,,REO,reported,mcs-old,usgs,,\n"
    "o-4,share,68,,,%,68,%,2023,2026,CHN,,rare-earths,,C1,,,,REO,reported,wmd-2026,wmd,,\n"
    "o-5,share,90,,,%,90,%,2025,2025,CHN,,gallium,,C2,,,,Ga,reported,blog,usgs,,\n",
    "corrections": "id,table,row,field,was,now,why,who,status,guard\n"
    "cor-1,observations,o-1,value,29000,2900,a zero too many,a reader,applied,29000\n"
    "cor-2,observations,o-5,origin,usgs,,not found again,an audit,open,usgs\n",
}

RELEASE = 'id = "test"\ndate = "2026-11-22"\n'


def observation(**cells: Any) -> Observation:
    """Make an observation; `counting` follows from layer and origin unless given."""
    row = {**BLANK, "id": f"o-{abs(hash(tuple(sorted(cells.items())))) % 10**8}", **cells}
    if row["counting"] is None:
        independent = row["origin"] not in NOT_INDEPENDENT
        row["counting"] = row["layer"] <= COUNTING_LAYERS and independent
    return Observation(**row)


def metric(tolerance: float = 0.05, kind: str = "relative", slack: int = 0) -> dict[str, Any]:
    """Make the one metric `m` of these rows."""
    return {"m": {"tolerance": tolerance, "tolerance_kind": kind, "period_slack": slack}}


def fact_of(
    rows: Iterable[Observation], metrics: Mapping[str, Any] | None = None, period: str = "2024"
) -> Fact:
    """Give the fact of a period (there must be one)."""
    book = FactBook(rows, metrics or metric())
    found = [book.fact(key) for key in book.keys if key[2] == period]
    assert len(found) == 1
    return found[0]


def write_folder(path: Path, tables: Mapping[str, str | bytes] | None = None) -> Path:
    """Write a small data folder; `tables` replaces files by name (None leaves one out)."""
    (path / "schema").mkdir(parents=True, exist_ok=True)
    for name in (*CORE_TABLES, "corrections"):
        shutil.copy(SHIPPED / "schema" / f"{name}.csv", path / "schema")
    for name, text in {**TABLES, **(tables or {})}.items():
        data = text if isinstance(text, bytes) else text.encode()
        (path / f"{name}.csv").write_bytes(data)
    (path / "release.toml").write_text(RELEASE, encoding="utf-8")
    return path
