"""The real local agent, as a process."""

import os
import subprocess
import sys
import tempfile

from support import BIN, DEADLINE, HERE


class LocalAgent:
    """`prefect agent local start` with labels, until the end of the block or of this process."""

    def __init__(self, labels, name="tests"):
        self.output = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "end_with_parent.py")]
            + [os.path.join(BIN, "prefect"), "agent", "local", "start", "--name", name]
            + [part for label in labels for part in ("--label", label)]
            + ["--no-hostname-label", "--show-flow-logs"],
            stdin=subprocess.PIPE,
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(DEADLINE)

    def said(self):
        self.output.seek(0)
        return self.output.read()
