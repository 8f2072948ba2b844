import datetime
import functools

import pendulum
from prefect.backend import FlowRunView
from prefect.engine import signals
from prefect.engine.state import Cancelled, Failed, Success
from prefect.schedules import Schedule
from prefect.schedules.clocks import DatesClock
from prefect.tasks.prefect import StartFlowRun, create_flow_run, get_task_run_result, wait_for_flow_run

import flows
from agents import LocalAgent
from runs import WithAnAgent
from support import native, prefect_command, unique, wait_for


class RunsByAnAgent(WithAnAgent):
    def test_prefect_run_starts_a_flow_run_and_watches_it_until_it_ends(self):
        name = unique("sums")
        self.register(flows.sums(name))
        said = prefect_command("run", "--name", name, "--project", self.project, "--param", "n=4", "--watch")
        self.assertIn("Flow run succeeded!", said)
        self.assertIn("The number is 4.", said)
        self.assertIn("Success", prefect_command("get", "flow-runs", "--flow", name))
        found = self.client.graphql('query { flow_run(where: { flow: { name: { _eq: "%s" } } }) { id name } }' % name)
        self.assertIn("The number is 4.", prefect_command("get", "logs", "--id", found.data.flow_run[0].id))
        described = prefect_command("describe", "flow-runs", "--name", found.data.flow_run[0].name)
        self.assertIn("Success", described)

    def test_both_dialects_return_a_run_of_an_agent(self):
        flow_run_id = self.start(flows.sums(unique("sums")), parameters={"n": 5}, run_name="by hand")
        view = self.ended(flow_run_id)
        self.assertEqual((view.name, view.parameters), ("by hand", {"n": 5}))
        self.assertEqual(view.get_task_run(task_slug="add_up-1").get_result(), 10)
        self.assertIn("The number is 5.", [log.message for log in view.get_logs()])
        self.assertEqual([type(state).__name__ for state in view.states], SUCCEEDING)
        self.assertEqual(
            self.history(flow_run_id),
            [("SCHEDULED", "Scheduled"), ("PENDING", "Submitted"), ("RUNNING", "Running"), ("COMPLETED", "Completed")],
        )

    def test_prefect_run_and_the_flow_run_tasks_report_a_failed_run(self):
        name = unique("failing")
        self.register(flows.failing(name))
        with self.assertRaisesRegex(AssertionError, r"ended with 1:[\s\S]*Flow run failed!"):
            prefect_command("run", "--name", name, "--project", self.project, "--watch")
        with self.assertRaises(signals.FAIL):
            StartFlowRun(wait=True, poll_interval=datetime.timedelta(seconds=3)).run(
                flow_name=name, project_name=self.project, run_name=unique("run")
            )
        with self.assertRaises(signals.FAIL):
            made = create_flow_run.run(flow_name=name, project_name=self.project, run_name=unique("run"))
            wait_for_flow_run.run(made, raise_final_state=True)

    def test_results_of_mapped_tasks_can_be_read_alone_and_together(self):
        flow_run_id = self.start(flows.mapped(unique("mapped"), 3))
        read = functools.partial(get_task_run_result.run, flow_run_id, "twice-1", poll_time=1)
        self.assertEqual([read(), read(map_index=2)], [[0, 2, 4], 4])

    def test_a_flow_with_two_hundred_mapped_tasks_succeeds(self):
        view = self.ended(self.start(flows.mapped(unique("mapped"), 200)))
        self.assertIsInstance(view.state, Success)
        children = view.get_task_run(task_slug="twice-1").iter_mapped()
        self.assertEqual(sorted(child.get_result() for child in children), list(range(0, 400, 2)))

    def test_a_failed_task_is_retried(self):
        view = self.ended(self.start(flows.retried(unique("retried"))))
        self.assertIsInstance(view.state, Success)
        run = view.get_task_run(task_slug="fails_at_first-1")
        self.assertEqual(run.get_result(), 2)
        states = self.client.graphql(
            'query { task_run_state(where: { task_run_id: { _eq: "%s" } }, order_by: { version: asc }) { state } }'
            % run.task_run_id
        ).data.task_run_state
        self.assertIn("Retrying", [state.state for state in states])

    def test_each_task_run_ends_in_the_state_of_its_outcome(self):
        view = self.ended(self.start(flows.endings(unique("endings"))))
        self.assertIsInstance(view.state, Success)
        self.assertEqual(
            self.task_states(view),
            {
                "fails-1": "Failed",
                "follows-1": "TriggerFailed",
                "picks_up_the_pieces-1": "Success",
                "skips-1": "Skipped",
                "skipped_too-1": "Skipped",
                "loops-1": "Success",
                "takes_too_long-1": "TimedOut",
                "draws-1": "Success",
            },
        )
        self.assertEqual(view.get_task_run(task_slug="loops-1").get_result(), 3)
        artifacts = self.client.graphql(
            'query { task_run_artifact(where: { task_run: { flow_run_id: { _eq: "%s" } } }) { kind data } }'
            % view.flow_run_id
        ).data.task_run_artifact
        self.assertEqual(
            sorted((artifact.kind, artifact.data.to_dict()) for artifact in artifacts),
            [("link", {"link": "http://example.com"}), ("markdown", {"markdown": "# other words"})],
        )

    def test_a_cached_result_is_used_by_the_next_run(self):
        flow = flows.cached(unique("cached"))
        first = self.ended(self.start(flow)).get_task_run(task_slug="remembered-1")
        second = self.ended(self.client.create_flow_run(flow_id=self.register(flow)))
        self.assertEqual(self.task_states(second), {"remembered-1": "Cached"})
        self.assertEqual(second.get_task_run(task_slug="remembered-1").get_result(), first.get_result())

    def test_a_client_cancels_a_running_flow_run(self):
        flow_run_id = self.start(flows.slow(unique("slow")))
        self.is_running(flow_run_id)
        self.assertEqual(self.client.cancel_flow_run(flow_run_id), "Cancelling")
        self.assertIsInstance(self.ended(flow_run_id).state, Cancelled)
        self.assertIn(("CANCELLING", "Cancelling"), self.history(flow_run_id))

    def test_a_flow_run_that_has_not_started_is_cancelled_immediately(self):
        later = pendulum.now("utc").add(days=1)
        flow_run_id = self.start(flows.sums(unique("sums")), scheduled_start_time=later)
        self.assertEqual(self.client.cancel_flow_run(flow_run_id), "Cancelled")
        self.assertIsInstance(FlowRunView.from_flow_run_id(flow_run_id).state, Cancelled)

    def test_a_native_mutation_cancels_a_running_flow_run(self):
        flow_run_id = self.start(flows.slow(unique("slow")))
        self.is_running(flow_run_id)
        native("mutation ($id: ID!) { cancelFlowRun(input: { flowRunId: $id }) { verdict } }", id=flow_run_id)
        self.assertIsInstance(self.ended(flow_run_id).state, Cancelled)

    def test_a_schedule_creates_flow_runs(self):
        flow = flows.sums(unique("scheduled"))
        # Several, in case that the registration takes longer.
        dates = [pendulum.now("utc").add(seconds=seconds) for seconds in (8, 40, 120)]
        flow.schedule = Schedule(clocks=[DatesClock(dates)])
        flow_id = self.register(flow)

        def made():
            return self.client.graphql(
                'query { flow_run(where: { flow_id: { _eq: "%s" } }, order_by: { scheduled_start_time: asc }) {'
                " id auto_scheduled } }" % flow_id
            ).data.flow_run

        run = wait_for(made, "the schedule to create a run")[0]
        self.assertTrue(run.auto_scheduled)
        self.assertIsInstance(self.ended(run.id).state, Success)

    def test_the_seven_tasks_for_flow_runs_work(self):
        child = flows.sums(unique("child"))
        self.register(child)
        name = unique("parent")
        view = self.ended(self.start(flows.parent(name, child.name, self.project)))
        self.assertIsInstance(view.state, Success, [log.message for log in view.get_logs()])
        self.assertEqual(view.get_task_run(task_slug="gathered-1").get_result(), [14, [7, 14]])
        runs = self.client.graphql(
            'query { flow_run(where: { flow: { name: { _eq: "%s" } } }) { name state parameters } }' % child.name
        ).data.flow_run
        self.assertEqual(sorted(run.state for run in runs), ["Cancelled", "Success", "Success"])
        self.assertIn(name + "-renamed", [run.name for run in runs])

    def test_two_agents_submit_a_flow_run_once(self):
        with LocalAgent([self.label], "another"):
            views = [self.ended(self.start(flows.sums(unique("sums")))) for _ in range(3)]
        for view in views:
            self.assertEqual([type(state).__name__ for state in view.states], SUCCEEDING)


SUCCEEDING = ["Scheduled", "Submitted", "Running", "Success"]
