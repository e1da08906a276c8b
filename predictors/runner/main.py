"""Start of a runner: `main.py CHANNEL CONTROL OUTBOX BYTES FILE[:NAME]`, run in the model's folder.

The first two are descriptors of inherited sockets; OUTBOX is a folder for files, which may have so
many bytes for each prediction.
"""

import sys
from pathlib import Path

from cog.server import channel, session

if __name__ == "__main__":
    descriptor, control, outbox, most_bytes, reference = sys.argv[1:]
    # `cog` is loaded and stays ours; everything else is looked for in the model's folder first.
    sys.path.insert(0, str(Path.cwd()))
    sys.argv = [reference.partition(":")[0]]
    worker = channel.Channel(int(descriptor), outbox, int(most_bytes))
    session.serve(worker, int(control), reference)
