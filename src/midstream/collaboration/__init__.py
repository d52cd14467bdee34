"""Collaboration: organisations of two countries, matched by step, weak stage and readiness."""
