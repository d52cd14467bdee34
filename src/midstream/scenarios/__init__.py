"""Futures to 2035: projects, paths, needs, drivers, regions of outcome, signals, ledger."""
