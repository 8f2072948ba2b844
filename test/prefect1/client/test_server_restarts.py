import collections

from prefect.engine.state import Success

import flows
from runs import WithAServer
from support import native, unique, wait_for

COUNT = 40

EVERYTHING = """query ($id: ID!) {
  flowRun(id: $id) {
    states { nodes { name version } }
    taskRuns(first: 200) { nodes { taskKey dynamicKey states { nodes { name version } } } }
    logs(first: 200) { pageInfo { hasNextPage } nodes { number message } }
  }
}"""


class ARestartInTheMiddleOfARun(WithAServer):
    """The client repeats unanswered requests. The server must lose nothing and store nothing twice."""

    def succeeds_although(self, stop):
        flow_run_id = self.start(flows.talks(unique("talks"), COUNT))
        wait_for(lambda: self.lines(flow_run_id) > COUNT // 8, "the first lines")
        stop()
        self.server.refuse(10)
        self.server.start()
        self.assertLess(self.lines(flow_run_id), COUNT, "The run should still go on.")
        self.assertIsInstance(self.ended(flow_run_id).state, Success)
        wait_for(lambda: self.lines(flow_run_id) == COUNT, "the last lines")

        run = native(EVERYTHING, id=flow_run_id)["flowRun"]
        self.assertEqual(
            self.history(flow_run_id),
            [("SCHEDULED", "Scheduled"), ("PENDING", "Submitted"), ("RUNNING", "Running"), ("COMPLETED", "Completed")],
        )
        histories = {(task["taskKey"], task["dynamicKey"]): names(task) for task in run["taskRuns"]["nodes"]}
        ran = [(1, "Pending"), (2, "Running"), (3, "Completed")]
        self.assertEqual(
            histories,
            {
                ("numbers-1", "-1"): ran,
                ("says-1", "-1"): [(1, "Pending"), (2, "Mapped")],
                **{("says-1", str(index)): ran for index in range(COUNT)},
            },
        )
        self.assertFalse(run["logs"]["pageInfo"]["hasNextPage"])
        lines = run["logs"]["nodes"]
        self.assertEqual([line["number"] for line in lines], list(range(1, len(lines) + 1)))
        counts = collections.Counter(line["message"] for line in lines)
        own = ["Line {}.".format(n) for n in range(COUNT)]
        runners = ["Task 'says[{}]': Starting task run...".format(n) for n in range(COUNT)]
        self.assertEqual({line: counts[line] for line in own + runners}, dict.fromkeys(own + runners, 1))

    def lines(self, flow_run_id):
        """Returns the number of log lines that the flow itself wrote."""
        nodes = native(EVERYTHING, id=flow_run_id)["flowRun"]["logs"]["nodes"]
        return sum(line["message"].startswith("Line ") for line in nodes)

    def test_a_run_succeeds_and_is_stored_once_if_the_server_is_stopped_and_restarted(self):
        self.succeeds_although(self.server.stop)

    def test_a_run_succeeds_and_is_stored_once_if_the_server_is_killed_and_restarted(self):
        self.succeeds_although(self.server.kill)


def names(run):
    return [(state["version"], state["name"]) for state in run["states"]["nodes"]]
