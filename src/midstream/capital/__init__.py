"""What it costs to build: plant cash flow, layered stack, gap, incentive price, who pays."""
