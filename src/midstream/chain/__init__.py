"""The chain: the World of a base year, typed changes to it, plants, recipes, trade, holders."""
