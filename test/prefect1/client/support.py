"""Shared by the tests with the real Prefect 1: its client, its command line, and the native dialect of the server."""

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
HERE = os.path.dirname(os.path.abspath(__file__))

# In seconds. Ends what hangs. It is far beyond what a slow machine needs.
DEADLINE = 300


def unique(word):
    """Returns a name that no other test uses."""
    return "{}-{}".format(word, uuid.uuid4().hex[:8])


def prefect_command(*arguments):
    """Runs `prefect ...`. Returns its output."""
    done = subprocess.run(
        [os.path.join(BIN, "prefect"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=DEADLINE,
        text=True,
        env=os.environ,
    )
    if done.returncode != 0:
        raise AssertionError("prefect {} ended with {}:\n{}".format(" ".join(arguments), done.returncode, done.stdout))
    return done.stdout


def native(query, **variables):
    """Sends a document of the native dialect to the server of the client. Returns the data of the answer."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    address = prefect.context.config.cloud.api + "/graphql"
    request = urllib.request.Request(address, body, {"content-type": "application/json"})
    answer = json.load(urllib.request.urlopen(request))
    if "errors" in answer:
        raise AssertionError(answer["errors"])
    return answer["data"]


def wait_for(condition, what):
    """Calls `condition` until it returns something true. Returns that."""
    deadline = time.monotonic() + DEADLINE
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError("Waited {} seconds in vain for {}.".format(DEADLINE, what))
        time.sleep(0.1)


class WithPrefect(unittest.TestCase):
    """Tests with a client of the server."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        prefect_command("backend", "server")
        cls.client = Client()

    def new_project(self):
        name = unique("project")
        self.client.create_project(name)
        return name
