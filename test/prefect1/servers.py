"""A server of a test's own, to be stopped, killed, and looked at from behind."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import urllib.request

from prefect.utilities.configuration import set_temporary_config

from support import wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
NODE = os.environ["NODE"]
FLOWQL = [NODE, "--import", "tsx", "src/cli/flowql.ts"]


class Server:
    """`flowql serve` with its embedded PostgreSQL, which keeps its port and its data from one start to the next."""

    def __init__(self, **settings):
        self.directory = tempfile.mkdtemp(prefix="flowql-prefect1-")
        # Root's PostgreSQL runs as another user, who must get in.
        os.chmod(self.directory, 0o755)
        self.data = os.path.join(self.directory, "data")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = "http://127.0.0.1:{}".format(self.port)
        self.settings = {
            "PATH": os.environ["PATH"],
            "FLOWQL_DATA_DIR": self.data,
            "FLOWQL_PORT": str(self.port),
            "FLOWQL_LOG_LEVEL": "warn",
            **settings,
        }
        self.process = None

    def start(self):
        self.process = subprocess.Popen(FLOWQL + ["serve"], cwd=ROOT, env=self.settings, stderr=subprocess.DEVNULL)
        wait_for(self.is_ready, 60, "a server")
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError("flowql serve ended with {}".format(self.process.returncode))
        try:
            return urllib.request.urlopen(self.address + "/ready").status == 200
        except OSError:
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait(30)

    def kill(self):
        """As when the machine has no memory left. Its PostgreSQL lives on."""
        self.process.kill()
        self.process.wait(30)

    def remove(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def command(self, *arguments):
        """`flowql ...`, on the same data. Gives what it printed."""
        return subprocess.run(
            FLOWQL + list(arguments), cwd=ROOT, env=self.settings, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def sql(self, text, *values):
        """The rows of a statement on its database. This is how tests move the time of rows."""
        asked = json.dumps({"text": text, "values": values})
        sql = [NODE, os.path.join(HERE, "sql.mjs"), os.path.join(self.data, "postgres")]
        return json.loads(subprocess.run(sql, input=asked, check=True, stdout=subprocess.PIPE, text=True).stdout)

    @contextlib.contextmanager
    def used(self):
        """Makes it the server of the client, of commands and of agents."""
        with set_temporary_config({"cloud.api": self.address}):
            os.environ["PREFECT__CLOUD__API"] = self.address
            try:
                yield
            finally:
                del os.environ["PREFECT__CLOUD__API"]
