"""Editions: words, figures, site, PDF, tables and manifest."""
