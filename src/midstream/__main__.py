"""Run the command line with ``python -m midstream``."""

from midstream.cli import main

main()
