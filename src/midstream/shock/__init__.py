"""Shock: what an export control or an outage does to prices, deliveries and output."""
