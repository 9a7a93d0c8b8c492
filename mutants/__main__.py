"""``python -m mutants`` tries every mutant and prints one table."""

import sys

from .report import main

sys.exit(main())
