from prefect.backend import FlowRunView, FlowView
from prefect.engine.state import Success
from prefect.exceptions import ClientError

import flows
from agents import LocalAgent
from runs import WithAnAgent
from support import prefect_command, unique


class Versions(WithAnAgent):
    def registered(self, flow, **options):
        return self.placed(flow).register(self.project, no_url=True, **options)

    def test_a_run_of_a_version_group_is_a_run_of_its_newest_version(self):
        name, group = unique("sums"), unique("group")
        versions = [self.registered(flows.sums(name, default=n), version_group_id=group) for n in (1, 2, 3)]
        run = self.ended(self.client.create_flow_run(version_group_id=group))
        self.assertEqual((run.flow_id, run.get_task_run(task_slug="add_up-1").get_result()), (versions[-1], 6))

    def test_a_version_group_may_contain_flows_with_different_names(self):
        group = unique("group")
        first, second = [self.registered(flows.sums(unique("sums")), version_group_id=group) for _ in range(2)]
        self.assertTrue(FlowView.from_flow_id(first).archived)
        self.assertFalse(FlowView.from_flow_id(second).archived)
        with self.assertRaisesRegex(ClientError, "Flow {} is archived.".format(first)):
            self.client.create_flow_run(flow_id=first)

    def test_a_new_version_cancels_scheduled_runs_of_the_old_one_and_running_ones_continue(self):
        name = unique("slow")
        old = self.registered(flows.slow(name, seconds=8))
        running = self.client.create_flow_run(flow_id=old)
        self.is_running(running)
        later = self.client.create_flow_run(flow_id=old, scheduled_start_time=flows.tomorrow.run())
        self.registered(flows.slow(name, seconds=9))
        self.assertEqual(type(FlowRunView.from_flow_run_id(later).state).__name__, "Cancelled")
        self.assertIsInstance(self.ended(running).state, Success)

    def test_prefect_run_of_a_flow_group_runs_its_newest_version(self):
        name = unique("sums")
        self.registered(flows.sums(name, default=1))
        newest = self.registered(flows.sums(name, default=2))
        group = self.client.graphql('query { flow_by_pk(id: "%s") { flow_group_id } }' % newest)
        said = prefect_command("run", "--id", group.data.flow_by_pk.flow_group_id, "--watch")
        self.assertIn("The number is 2.", said)


class Labels(WithAnAgent):
    def agent_of(self, flow_run_id):
        run = self.client.graphql('query { flow_run_by_pk(id: "%s") { state agent { name } } }' % flow_run_id)
        return run.data.flow_run_by_pk.agent and run.data.flow_run_by_pk.agent.name

    def states(self, *flow_run_ids):
        return [type(self.client.get_flow_run_state(flow_run_id)).__name__ for flow_run_id in flow_run_ids]

    def labels_of(self, flow_run_id):
        return FlowRunView.from_flow_run_id(flow_run_id).labels

    def test_an_agent_takes_only_runs_whose_labels_it_has_all(self):
        flow_id = self.register(flows.sums(unique("sums")))
        more = unique("more")
        several = self.client.create_flow_run(flow_id=flow_id, labels=[more, self.label])
        none = self.client.create_flow_run(flow_id=flow_id, labels=[])
        # Created last: an agent that takes the others takes them before this one.
        mine = self.client.create_flow_run(flow_id=flow_id)
        self.assertIsInstance(self.ended(mine).state, Success)
        self.assertEqual(self.agent_of(mine), "tests")
        self.assertEqual(self.states(several, none), ["Scheduled", "Scheduled"])

        with LocalAgent([self.label, more, unique("unused")], "several labels"):
            self.assertIsInstance(self.ended(several).state, Success)
        self.assertEqual(self.agent_of(several), "several labels")
        self.assertEqual(self.states(none), ["Scheduled"])

        mine_again = self.client.create_flow_run(flow_id=flow_id, labels=[more])
        with LocalAgent([], "no labels"):
            self.assertIsInstance(self.ended(none).state, Success)
        self.assertEqual(self.agent_of(none), "no labels")
        self.assertEqual(self.states(mine_again), ["Scheduled"])
        self.client.cancel_flow_run(mine_again)

    def test_labels_of_a_run_override_labels_of_its_group_which_override_labels_of_its_flow(self):
        flow = flows.sums(unique("sums"))
        flow_id = self.register(flow)
        tomorrow = flows.tomorrow.run()
        options = {"flow_id": flow_id, "scheduled_start_time": tomorrow}
        self.assertEqual(self.labels_of(self.client.create_flow_run(**options)), [self.label])

        group = self.client.graphql('query { flow_by_pk(id: "%s") { flow_group_id } }' % flow_id)
        self.set_group_labels(group.data.flow_by_pk.flow_group_id, ["b", "a"])
        self.assertEqual(self.labels_of(self.client.create_flow_run(**options)), ["a", "b"])
        self.assertEqual(sorted(FlowView.from_flow_id(flow_id).flow_group_labels), ["a", "b"])

        self.assertEqual(self.labels_of(self.client.create_flow_run(labels=["c"], **options)), ["c"])
        said = prefect_command("run", "--id", flow_id, "--label", "d", "--quiet").split()
        self.assertEqual(self.labels_of(said[-1]), ["d"])
        self.set_group_labels(group.data.flow_by_pk.flow_group_id, None)
        self.assertEqual(self.labels_of(self.client.create_flow_run(**options)), [self.label])

    def set_group_labels(self, flow_group_id, labels):
        done = self.client.graphql(
            "mutation($input: set_flow_group_labels_input!) { set_flow_group_labels(input: $input) { success } }",
            variables={"input": {"flow_group_id": flow_group_id, "labels": labels}},
        )
        self.assertTrue(done.data.set_flow_group_labels.success)
