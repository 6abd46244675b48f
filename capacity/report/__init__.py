"""Shows what was computed, and computes nothing."""
