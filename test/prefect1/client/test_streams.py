import json
import threading
import urllib.request

import prefect

import flows
from runs import WithAnAgent
from support import unique, wait_for

STATES = """subscription ($id: ID!) {
  flowRunStates(flowRunId: $id) { position state { name } }
}"""
TASK_STATES = """subscription ($id: ID!) {
  taskRunStates(flowRunId: $id) { position state { name } }
}"""
LOGS = """subscription ($id: ID!) {
  logs(flowRunId: $id) { position log { message } }
}"""


class Subscription(threading.Thread):
    """Collects the events of a native subscription until the stream ends."""

    def __init__(self, document, flow_run_id):
        super().__init__(daemon=True)
        body = json.dumps({"query": document, "variables": {"id": flow_run_id}}).encode()
        headers = {"content-type": "application/json", "accept": "text/event-stream"}
        self.request = urllib.request.Request(prefect.context.config.cloud.api + "/graphql", body, headers)
        self.events = []
        self.start()

    def run(self):
        with urllib.request.urlopen(self.request) as stream:
            for line in stream:
                if line.startswith(b"data: {"):
                    [event] = json.loads(line[len("data: ") :])["data"].values()
                    self.events.append(event)

    def names(self):
        return [event["state"]["name"] for event in list(self.events)]

    def messages(self):
        return [event["log"]["message"] for event in list(self.events)]


class NativeSubscriptions(WithAnAgent):
    def test_subscriptions_send_states_and_log_lines_while_an_agent_runs_a_flow(self):
        flow_run_id = self.start(flows.slow(unique("slow")))
        states, tasks, logs = [Subscription(what, flow_run_id) for what in (STATES, TASK_STATES, LOGS)]
        wait_for(lambda: "Running" in tasks.names(), "a task to run")
        wait_for(lambda: "Task 'waits': Starting task run..." in logs.messages(), "its line")
        self.assertTrue(self.client.get_flow_run_state(flow_run_id).is_running())
        self.assertEqual(states.names(), ["Scheduled", "Submitted", "Running"])

        self.client.cancel_flow_run(flow_run_id)
        self.ended(flow_run_id)
        wait_for(lambda: "Cancelled" in states.names(), "the end")
        began = ["Scheduled", "Submitted", "Running"]
        self.assertEqual(states.names(), began + ["Cancelling", "Cancelled"])
        for subscription in (states, tasks, logs):
            positions = [event["position"] for event in list(subscription.events)]
            self.assertEqual(positions, list(range(1, len(positions) + 1)))
