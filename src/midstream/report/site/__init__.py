"""The site of an edition: opens from disk, needs no server and no network."""

from midstream.report.site.build import build_site

__all__ = ["build_site"]
