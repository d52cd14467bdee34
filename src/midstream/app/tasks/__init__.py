"""Tasks of the worker processes, by module: what they give back is plain."""
