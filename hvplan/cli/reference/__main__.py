"""`python -m hvplan.cli.reference [FOLDER]` writes the reference page (default: schemas/)."""

from __future__ import annotations

import sys
from pathlib import Path

from hvplan.cli.reference.page import FILE, page

Path(sys.argv[1] if len(sys.argv) > 1 else "schemas", FILE).write_text(page(), encoding="utf-8", newline="\n")
