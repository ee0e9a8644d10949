"""``python -m xfm``."""

from xfm.cli import console

console()
