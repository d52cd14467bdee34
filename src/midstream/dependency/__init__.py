"""Dependency: who holds a chain, how tightly, for how long, and what sectors share."""
