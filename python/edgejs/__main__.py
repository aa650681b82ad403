"""`python -m edgejs` is `edge`."""

import sys

from edgejs._edge import main

if __name__ == "__main__":
    sys.exit(main())
