import json
import os
import tempfile

from prefect import Flow
from prefect.backend import FlowView
from prefect.storage import Local

import flows
from support import WithPrefect, prefect_command, unique


class ByThePythonApi(WithPrefect):
    def test_registering_an_unchanged_flow_again_creates_no_version(self):
        project, flow = self.new_project(), flows.sums(unique("sums"))
        first = flow.register(project, idempotency_key="one", no_url=True)
        self.assertEqual(flow.register(project, idempotency_key="one", no_url=True), first)
        view = FlowView.from_flow_id(first)
        self.assertEqual((view.name, view.project_name, view.archived), (flow.name, project, False))
        self.assertEqual({t.slug for t in view.flow.tasks}, {t.slug for t in flow.tasks})

    def test_registering_a_changed_flow_creates_a_version_and_archives_the_last(self):
        project, name = self.new_project(), unique("sums")
        old = flows.sums(name).register(project, idempotency_key="old", no_url=True)
        new = flows.sums(name, default=4).register(project, idempotency_key="new", no_url=True)
        found = self.client.graphql(
            'query { flow(where: { name: { _eq: "%s" } }, order_by: { version: asc }) { id version archived } }' % name
        ).data.flow
        self.assertEqual([(f.id, f.version, f.archived) for f in found], [(old, 1, True), (new, 2, False)])
        self.assertEqual(FlowView.from_flow_name(name).flow_id, new)

    def test_a_flow_may_be_registered_uncompressed(self):
        flow = flows.sums(unique("sums"))
        flow.storage = Local(add_default_labels=False)
        made = self.client.register(flow, self.new_project(), compressed=False, no_url=True)
        self.assertEqual(FlowView.from_id(made).name, flow.name)

    def test_a_flow_with_more_than_five_hundred_tasks_is_registered_in_batches(self):
        with Flow(unique("wide")) as flow:
            first = flows.number(0)
            for _ in range(500):
                flows.twice(first)
        made = flow.register(self.new_project(), no_url=True)
        counts = self.client.graphql(
            'query { task_aggregate(where: { flow_id: { _eq: "%s" } }) { aggregate { count } }'
            ' edge_aggregate(where: { flow_id: { _eq: "%s" } }) { aggregate { count } } }' % (made, made)
        ).data
        self.assertEqual(counts.task_aggregate.aggregate.count, len(flow.tasks))
        self.assertEqual(counts.edge_aggregate.aggregate.count, len(flow.edges))

    def test_registering_a_flow_in_an_unknown_project_fails(self):
        with self.assertRaisesRegex(ValueError, "not found"):
            flows.sums(unique("sums")).register(unique("project"), no_url=True)

    def test_the_url_of_a_registered_flow_contains_its_id(self):
        flow, project = flows.sums(unique("sums")), self.new_project()
        self.assertRegex(self.client.get_cloud_url("flow", flow.register(project)), r"/flow/[0-9a-f-]{36}$")


FILE = """
from prefect import Flow, Parameter, task

@task
def say(word):
    print(word)

with Flow("{name}") as flow:
    say(Parameter("word", default="{word}"))
"""


class ByTheCommandLine(WithPrefect):
    def register(self, project, name, word, *options):
        # The path of the file is part of the flow, so it stays the same.
        path = os.path.join(tempfile.gettempdir(), name + ".py")
        with open(path, "w") as file:
            file.write(FILE.format(name=name, word=word))
        try:
            return prefect_command("register", "--project", project, "--path", path, *options)
        finally:
            os.remove(path)

    def test_prefect_register_skips_an_unchanged_flow_and_archives_a_changed_one(self):
        project, name = self.new_project(), unique("said")
        self.assertIn("1 registered", self.register(project, name, "one"))
        self.assertIn("1 skipped", self.register(project, name, "one"))
        self.assertIn("Version: 2", self.register(project, name, "two"))
        self.assertIn("Version: 3", self.register(project, name, "two", "--force"))

        self.assertIn(name, prefect_command("get", "flows", "--project", project))
        self.assertEqual(prefect_command("get", "flows", "--project", project, "--all-versions").count(name), 3)
        self.assertIn("say", prefect_command("get", "tasks", "--flow-name", name, "--project", project))
        described = prefect_command("describe", "flows", "--name", name, "--project", project, "-o", "json")
        self.assertEqual(json.loads(described)["version"], 3)
        self.assertIn("say-1", prefect_command("describe", "tasks", "--name", name, "--project", project))

        self.register(project, name, "three", "--label", "a", "--label", "b")
        run_config = FlowView.from_flow_name(name, project).run_config
        self.assertLessEqual({"a", "b"}, set(run_config.labels))

        prefect_command("delete", "project", project)
        self.assertNotIn(name, prefect_command("get", "flows", "--name", name))
