"""The scorecard: four chokepoints, one ruler, every country from 1 to 5."""
