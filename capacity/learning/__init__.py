"""Inputs from the logs that a company has already."""

from capacity.learning import calibrate as calibrate  # what the front of the library hands out
