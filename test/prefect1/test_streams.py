import json
import threading
import urllib.request
from datetime import datetime, timezone

import prefect
from dateutil.parser import isoparse

import flows
from runs import WithAnAgent
from support import unique, wait_for

STATES = """subscription ($id: ID!) {
  flowRunStates(flowRunId: $id) { position state { name timestamp } }
}"""
TASK_STATES = """subscription ($id: ID!) {
  taskRunStates(flowRunId: $id) { position state { name timestamp } }
}"""
LOGS = """subscription ($id: ID!) {
  logs(flowRunId: $id) { position log { message } }
}"""


class Subscription(threading.Thread):
    """The events of a native subscription, as they come. Ends with the stream."""

    def __init__(self, document, flow_run_id):
        super().__init__(daemon=True)
        body = json.dumps({"query": document, "variables": {"id": flow_run_id}}).encode()
        headers = {"content-type": "application/json", "accept": "text/event-stream"}
        self.request = urllib.request.Request(prefect.context.config.cloud.api + "/graphql", body, headers)
        self.events, self.delays = [], []
        self.start()

    def run(self):
        with urllib.request.urlopen(self.request) as stream:
            for line in stream:
                if line.startswith(b"data: {"):
                    [event] = json.loads(line[len("data: ") :])["data"].values()
                    self.take(event)

    def take(self, event):
        if "state" in event:
            self.delays.append((datetime.now(timezone.utc) - isoparse(event["state"]["timestamp"])).total_seconds())
        self.events.append(event)

    def names(self):
        return [event["state"]["name"] for event in list(self.events)]

    def messages(self):
        return [event["log"]["message"] for event in list(self.events)]


class NativeSubscriptions(WithAnAgent):
    def test_states_and_logs_of_a_run_by_an_agent_appear_while_it_runs(self):
        flow_run_id = self.start(flows.slow(unique("slow")))
        states, tasks, logs = [Subscription(what, flow_run_id) for what in (STATES, TASK_STATES, LOGS)]
        wait_for(lambda: "Running" in tasks.names(), 60, "a task to run")
        wait_for(lambda: "Task 'waits': Starting task run..." in logs.messages(), 30, "its line")
        self.assertTrue(self.client.get_flow_run_state(flow_run_id).is_running())
        self.assertEqual(states.names(), ["Scheduled", "Submitted", "Running"])

        self.client.cancel_flow_run(flow_run_id)
        self.ended(flow_run_id)
        wait_for(lambda: "Cancelled" in states.names(), 10, "the end")
        began = ["Scheduled", "Submitted", "Running"]
        self.assertEqual(states.names(), began + ["Cancelling", "Cancelled"])
        for subscription in (states, tasks, logs):
            positions = [event["position"] for event in list(subscription.events)]
            self.assertEqual(positions, list(range(1, len(positions) + 1)))
        # Seconds. The first ones were there before anybody asked for them.
        self.assertLess(max(states.delays[2:] + tasks.delays[-2:]), 1)
