#!python
"""The command `edge`. An entry point's script would import `re` first, which takes longer than edge-node's whole start."""

import sys

from edgejs._edge import main

sys.exit(main())
