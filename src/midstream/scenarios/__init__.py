"""Futures to 2035: projects, capacity paths, needs, drivers, regions of outcome, signals, ledger."""
