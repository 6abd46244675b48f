"""The scripts that make the documentation are the checks of it, too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))
