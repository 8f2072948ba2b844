"""A server that a test may stop, kill and change in its database."""

import contextlib
import json
import os
import socket
import subprocess
import tempfile
import urllib.request

from prefect.utilities.configuration import set_temporary_config

from support import DEADLINE, HERE, wait_for

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
NODE = os.environ["NODE"]
FLOWQL = ["--import", "tsx", "src/cli/flowql.ts"]
END_WITH_PARENT = os.path.join(ROOT, "test/support/endWithParent.mjs")


class Server:
    """`flowql serve` with its embedded PostgreSQL. It keeps its port and data when it is started again."""

    def __init__(self, **settings):
        # The script that runs the tests removes its home directory and ends every PostgreSQL there.
        self.data = tempfile.mkdtemp(prefix="server-", dir=os.environ["HOME"])
        # As root, PostgreSQL runs as another user, who needs access.
        os.chmod(self.data, 0o755)
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
        self.process = subprocess.Popen(
            [NODE, "--import", END_WITH_PARENT] + FLOWQL + ["serve"],
            cwd=ROOT,
            env=self.settings,
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        wait_for(self.is_ready, "a server")
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
        self.process.wait(DEADLINE)

    def kill(self):
        """Kills the server as a crash would. Its PostgreSQL continues to run."""
        self.process.kill()
        self.process.wait(DEADLINE)

    def refuse(self, count):
        """Closes `count` connections to the stopped server, so that clients have tried again."""
        with socket.create_server(("127.0.0.1", self.port)) as listener:
            listener.settimeout(DEADLINE)
            for _ in range(count):
                listener.accept()[0].close()

    def remove(self):
        if self.process.poll() is None:
            self.stop()

    def command(self, *arguments):
        """Runs `flowql ...` on the same data. Returns its output."""
        return subprocess.run(
            [NODE] + FLOWQL + list(arguments), cwd=ROOT, env=self.settings, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def sql(self, text, *values):
        """Returns the rows of a statement on its database. Tests use it to change times in rows."""
        statement = json.dumps({"text": text, "values": values})
        sql = [NODE, os.path.join(HERE, "sql.mjs"), os.path.join(self.data, "postgres")]
        return json.loads(subprocess.run(sql, input=statement, check=True, stdout=subprocess.PIPE, text=True).stdout)

    @contextlib.contextmanager
    def used(self):
        """Makes it the server of the client, commands and agents."""
        with set_temporary_config({"cloud.api": self.address}):
            os.environ["PREFECT__CLOUD__API"] = self.address
            try:
                yield
            finally:
                del os.environ["PREFECT__CLOUD__API"]
