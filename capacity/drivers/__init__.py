"""Which assumption to measure first: what drives a figure, where it tips, what knowing is worth."""
