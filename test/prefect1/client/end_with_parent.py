"""Runs a command and terminates it, with all processes that it started, when stdin ends.

The parent holds stdin open, so the processes end with the parent.
"""

import os
import signal
import subprocess
import sys
import threading

command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)


def terminate(*_):
    os.killpg(command.pid, signal.SIGTERM)


def follow_parent():
    while os.read(sys.stdin.fileno(), 1):
        pass
    terminate()


signal.signal(signal.SIGTERM, terminate)
threading.Thread(target=follow_parent, daemon=True).start()
sys.exit(command.wait())
