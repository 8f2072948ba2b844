"""What the tests with the real Prefect 1 share: its client, its command line, and the native side of the server."""

import json
import os
import subprocess
import sys
import time
import unittest
import urllib.request
import uuid

import prefect
from prefect import Client

BIN = os.path.dirname(sys.executable)


def unique(word):
    """A name that no other test has."""
    return "{}-{}".format(word, uuid.uuid4().hex[:8])


def prefect_command(*arguments, timeout=120, check=True):
    """`prefect ...` as somebody types it. Gives what it wrote."""
    done = subprocess.run(
        [os.path.join(BIN, "prefect"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=timeout,
        text=True,
        env=os.environ,
    )
    if check and done.returncode != 0:
        raise AssertionError("prefect {} ended with {}:\n{}".format(" ".join(arguments), done.returncode, done.stdout))
    return done.stdout


def native(query, **variables):
    """A document of the native dialect, answered by the server that the client uses."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    address = prefect.context.config.cloud.api + "/graphql"
    request = urllib.request.Request(address, body, {"content-type": "application/json"})
    answer = json.load(urllib.request.urlopen(request))
    if "errors" in answer:
        raise AssertionError(answer["errors"])
    return answer["data"]


def wait_for(condition, seconds=60, what="it"):
    """What `condition` gives as soon as it gives something."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError("Waited {} seconds in vain for {}.".format(seconds, what))
        time.sleep(0.1)


class WithPrefect(unittest.TestCase):
    """Tests of a client that was told which server is its own."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        prefect_command("backend", "server")
        cls.client = Client()

    def new_project(self):
        name = unique("project")
        self.client.create_project(name)
        return name
