"""Start of a runner: `main.py CHANNEL CONTROL FILE[:NAME]`, run in the model's folder.

The first two are descriptors of inherited sockets.
"""

import sys
from pathlib import Path

from cog.server import session

if __name__ == "__main__":
    channel, control, reference = sys.argv[1:]
    # `cog` is loaded and stays ours; everything else is looked for in the model's folder first.
    sys.path.insert(0, str(Path.cwd()))
    sys.argv = [reference.partition(":")[0]]
    session.serve(int(channel), int(control), reference)
