"""Policy: levers, the middle test, portfolio and roadmap."""
