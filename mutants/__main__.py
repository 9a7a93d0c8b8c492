"""``python -m mutants`` tries every mutant and prints one table."""

import sys

from .command import main

sys.exit(main())
