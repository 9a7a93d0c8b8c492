"""``python -m benchmarks`` measures everything and prints one table."""

import sys

from .command import main

sys.exit(main())
