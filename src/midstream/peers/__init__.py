"""Peers: countries on one ruler, who is ahead of whom, and what closes the gap."""
