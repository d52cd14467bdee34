"""The incumbent's moves: what they cost and gain it, who survives, what deters them."""
