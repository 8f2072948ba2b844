"""The real local agent, as a process of its own."""

import os
import subprocess
import tempfile

from support import BIN


class LocalAgent:
    """`prefect agent local start` with these labels, until the end of the block."""

    def __init__(self, labels, name="tests"):
        self.output = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [os.path.join(BIN, "prefect"), "agent", "local", "start", "--name", name]
            + [part for label in labels for part in ("--label", label)]
            + ["--no-hostname-label", "--show-flow-logs"],
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)

    def said(self):
        self.output.seek(0)
        return self.output.read()
