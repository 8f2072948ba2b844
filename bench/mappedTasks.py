"""Registers a flow of mapped tasks, or runs it as an agent's process does. Prints the result as JSON on its last line."""

import json
import sys
import time

import prefect
from prefect import Client, Flow, task
from prefect.engine.cloud import CloudFlowRunner
from prefect.storage import Local


@task
def numbers(width):
    return list(range(width))


@task
def twice(number):
    return number * 2


def flow_of(width):
    with Flow("mapped tasks") as flow:
        twice.map(numbers(width))
    return flow


def register(width):
    Client().create_project("bench")
    flow = flow_of(int(width))
    flow.storage = Local(add_default_labels=False)
    return {"flowId": flow.register("bench", build=False, no_url=True)}


def run(width, flow_run_id):
    flow = flow_of(int(width))
    with prefect.context(flow_run_id=flow_run_id, running_with_backend=True):
        began = time.perf_counter()
        state = CloudFlowRunner(flow=flow).run()
        return {"seconds": time.perf_counter() - began, "state": type(state).__name__}


print(json.dumps({"register": register, "run": run}[sys.argv[1]](*sys.argv[2:])))
