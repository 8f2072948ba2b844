import os
import signal

from prefect.engine.state import Failed, Success

import flows
from runs import WithAServer
from support import native, unique, wait_for

LOGS = "query ($id: ID!) { flowRun(id: $id) { logs(first: 200) { nodes { name level message } } } }"
ZOMBIE_KILLER = "prefect-server.ZombieKiller.TaskRun"
SUBMITTED = "Submitted for execution: PID: "
LAZARUS = "prefect-server.Lazarus.FlowRun"
RAISED = "Rescheduled by a Lazarus process. This is attempt {}."

# The submission moves, too, because a run is not submitted again within 30 seconds.
LONG_AGO = """
    with moved as (
      update flow_run_state set timestamp = timestamp - interval '11 minutes'
      where flow_run_id = $1 and prefect1_state = 'Submitted')
    update flow_run set heartbeat = now() - interval '11 minutes' where id = $1"""


class TimeMoves(WithAServer):
    """A server whose loops run each second. Tests change the times in its rows."""

    settings = {"FLOWQL_ZOMBIE_KILLER_SECONDS": "1", "FLOWQL_LAZARUS_SECONDS": "1"}

    @classmethod
    def prepare(cls):
        # By default, Prefect 1 starts a separate process for heartbeats, which continues after the run is killed.
        os.environ["PREFECT__CLOUD__HEARTBEAT_MODE"] = "thread"
        cls.addClassCleanup(os.environ.pop, "PREFECT__CLOUD__HEARTBEAT_MODE")

    def process_of(self, flow_run_id, number=1):
        """Returns the pid of the process that the agent started for a run at its `number`-th submission."""

        def found():
            said = [message for message in self.messages(flow_run_id) if message.startswith(SUBMITTED)]
            return len(said) >= number and int(said[number - 1][len(SUBMITTED) :])

        return wait_for(found, "process {}".format(number))

    def is_lost(self, flow_run_id, number=1):
        """Kills the process of a run and makes its last heartbeat old."""
        os.kill(self.process_of(flow_run_id, number), signal.SIGKILL)
        self.eleven_minutes_pass(flow_run_id)

    def eleven_minutes_pass(self, flow_run_id):
        self.server.sql(LONG_AGO, flow_run_id)

    def messages(self, flow_run_id):
        return [line["message"] for line in native(LOGS, id=flow_run_id)["flowRun"]["logs"]["nodes"]]

    def said_by(self, logger, flow_run_id):
        lines = native(LOGS, id=flow_run_id)["flowRun"]["logs"]["nodes"]
        return [(line["level"], line["message"]) for line in lines if line["name"] == logger]

    def task_history(self, view, slug):
        states = native(
            "query ($id: ID!) { taskRun(id: $id) { states { nodes { version name } } } }",
            id=view.get_task_run(task_slug=slug).task_run_id,
        )["taskRun"]["states"]["nodes"]
        self.assertEqual([state["version"] for state in states], list(range(1, len(states) + 1)))
        return [state["name"] for state in states]


class LostProcesses(TimeMoves):
    def task_is_running(self, flow_run_id, slug):
        def look():
            found = self.client.graphql(
                'query { task_run(where: { flow_run_id: { _eq: "%s" }, task: { slug: { _eq: "%s" } } }) { state } }'
                % (flow_run_id, slug)
            )
            return found.data.task_run[0].state == "Running"

        wait_for(look, "the task to run")

    def test_a_task_run_whose_process_was_killed_is_retried_by_another_process(self):
        flow_run_id = self.start(flows.hanging_at_first(unique("hanging")))
        self.task_is_running(flow_run_id, "hangs_at_first-1")
        self.is_lost(flow_run_id)
        view = self.ended(flow_run_id)
        self.assertIsInstance(view.state, Success)
        message = "No heartbeat detected from the remote task; retrying the run.This will be retry 1 of 1."
        self.assertEqual(self.said_by(ZOMBIE_KILLER, flow_run_id), [(40, message)])
        self.assertEqual(
            self.task_history(view, "hangs_at_first-1"),
            ["Pending", "Running", "AwaitingRetry", "Submitted", "Running", "Completed"],
        )
        # The flow run stayed Running when its process changed.
        names = [name for _, name in self.history(flow_run_id)]
        self.assertEqual(names, ["Scheduled", "Submitted", "Running", "Completed"])
        self.assertEqual(self.said_by(LAZARUS, flow_run_id), [])

    def test_a_lost_task_run_without_retries_fails_and_its_flow_run_fails_after_lazarus_rescheduled_it(self):
        flow_run_id = self.start(flows.slow(unique("slow")))
        self.task_is_running(flow_run_id, "waits-1")
        self.is_lost(flow_run_id)
        view = self.ended(flow_run_id)
        self.assertIsInstance(view.state, Failed)
        task_run_id = view.get_task_run(task_slug="waits-1").task_run_id
        message = "No heartbeat detected from the remote task; marking the task run {} (None) as failed."
        self.assertEqual(self.said_by(ZOMBIE_KILLER, flow_run_id), [(40, message.format(task_run_id))])
        self.assertEqual(self.said_by(LAZARUS, flow_run_id), [(20, RAISED.format(1))])
        self.assertEqual(self.task_history(view, "waits-1"), ["Pending", "Running", "Failed"])
        names = [name for _, name in self.history(flow_run_id)]
        self.assertEqual(names, ["Scheduled", "Submitted", "Running", "Scheduled", "Submitted", "Running", "Failed"])

    def test_lazarus_reschedules_a_lost_flow_run_three_times_and_then_fails_it(self):
        flow_run_id = self.start(flows.never_begun(unique("never-begun")))
        for number in (1, 2, 3, 4):
            self.is_lost(flow_run_id, number)
        self.assertIsInstance(self.ended(flow_run_id).state, Failed)
        given_up = "A Lazarus process attempted to reschedule this run 3 times without success. Marking as failed."
        raised = [(20, RAISED.format(attempt)) for attempt in (1, 2, 3)]
        self.assertEqual(self.said_by(LAZARUS, flow_run_id), raised + [(40, given_up)])
        names = [name for _, name in self.history(flow_run_id)]
        self.assertEqual(names, ["Scheduled", "Submitted"] * 4 + ["Failed"])


UNFINISHED = "Flow run RUNNING: terminal tasks are incomplete."

DUE = """
    update task_run
    set state_start_time = now(), serialized_state = jsonb_set(serialized_state, '{start_time}', to_jsonb(now()))
    where flow_run_id = $1 and prefect1_state = 'Retrying'"""


class LongRetries(TimeMoves):
    """A client does not wait for a retry after more than ten minutes. It ends, and an agent continues the run later."""

    def test_a_retry_after_fifteen_minutes_runs_in_another_process(self):
        flow_run_id = self.start(flows.retried_much_later(unique("later")))
        wait_for(lambda: UNFINISHED in self.messages(flow_run_id), "the first process to end")
        # The loops ignore a run that waits. They have seen it when they have rescheduled a lost one.
        self.eleven_minutes_pass(flow_run_id)
        stranded = self.start(flows.never_begun(unique("never-begun")))
        self.is_lost(stranded)
        wait_for(lambda: self.said_by(LAZARUS, stranded), "Lazarus")
        os.kill(self.process_of(stranded, 2), signal.SIGKILL)
        began = ["Scheduled", "Submitted", "Running"]
        self.assertEqual([name for _, name in self.history(flow_run_id)], began)
        self.assertEqual(self.said_by(LAZARUS, flow_run_id) + self.said_by(ZOMBIE_KILLER, flow_run_id), [])

        self.server.sql(DUE, flow_run_id)
        view = self.ended(flow_run_id)
        self.assertIsInstance(view.state, Success)
        self.assertEqual([name for _, name in self.history(flow_run_id)], began + ["Completed"])
        self.assertEqual(self.said_by(LAZARUS, flow_run_id), [])
        self.assertEqual(
            self.task_history(view, "fails_and_waits-1"),
            ["Pending", "Running", "Failed", "AwaitingRetry", "Submitted", "Running", "Completed"],
        )
        self.assertEqual(view.get_task_run(task_slug="twice-1").get_result(), 4)
