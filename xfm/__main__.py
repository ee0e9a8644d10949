"""``python -m xfm``."""

import sys

from xfm.cli import main

sys.exit(main())
