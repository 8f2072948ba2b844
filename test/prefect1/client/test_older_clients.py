import json

import prefect
import requests
from prefect.engine.state import Success

import flows
from runs import WithAnAgent
from support import unique

# Requests of `FlowRunTask`: https://github.com/PrefectHQ/prefect/blob/0.11.0/src/prefect/tasks/prefect/flow_run.py
# and later versions of that file until 0.14.22. Those versions of Prefect run on no supported Python.
LOOKUP = """query {
    flow(where: { name: { _eq: "%s" }, archived: { _eq: false }%s }, order_by: { version: desc }, limit: 1) {
        id
    }
}"""
OF_PROJECT = ', project: { name: { _eq: "%s" } }'
CREATE = """mutation($input: create_flow_run_input!) {
    create_flow_run(input: $input) {
        id
    }
}"""
INFO = """query {
    flow_run_by_pk(id: "%s") {
        version
        parameters
        context
        serialized_state
        task_runs(where: { map_index: { _eq: -1 } }) {
            id
            task {
                id
                slug
            }
            version
            serialized_state
        }
    }
}"""


class OlderClient:
    """Sends requests as a client of a version did."""

    def __init__(self, version, path):
        self.version, self.path = version, path

    def graphql(self, query, variables=None):
        answer = requests.post(
            prefect.context.config.cloud.api + self.path,
            json={"query": query, "variables": json.dumps(variables)},
            headers={"X-PREFECT-CORE-VERSION": self.version},
        )
        answer.raise_for_status()
        if "errors" in answer.json():
            raise AssertionError(answer.json()["errors"])
        return answer.json()["data"]


class FlowRunTask(WithAnAgent):
    def runs_the_newest_version(self, client, by_project, **options):
        name = unique("sums")
        self.register(flows.sums(name))
        newest = self.register(flows.sums(name))
        where = OF_PROJECT % self.project if by_project else ""
        self.assertEqual(client.graphql(LOOKUP % (name, where)), {"flow": [{"id": newest}]})
        self.assertEqual(client.graphql(LOOKUP % (unique("no flow"), where)), {"flow": []})

        made, again = [
            client.graphql(CREATE, {"input": {"flow_id": newest, "parameters": {"n": 4}, **options}})
            for _ in range(2)
        ]
        self.assertEqual(made == again, "idempotency_key" in options)
        flow_run_id = made["create_flow_run"]["id"]
        view = self.ended(flow_run_id)
        self.assertIsInstance(view.state, Success)
        # The task repeated this query until the run ended.
        info = client.graphql(INFO % flow_run_id)["flow_run_by_pk"]
        self.assertEqual((info["parameters"], info["context"]), ({"n": 4}, options.get("context", {})))
        self.assertEqual((info["serialized_state"]["type"], info["version"]), ("Success", 4))
        self.assertEqual(
            {run["task"]["slug"]: run["serialized_state"]["type"] for run in info["task_runs"]}, self.task_states(view)
        )
        self.assertEqual(view.get_task_run(task_slug="add_up-1").get_result(), 8)

    def test_the_flow_run_task_of_prefect_0_11_works_without_a_project_and_a_key(self):
        self.runs_the_newest_version(OlderClient("0.11.0", "/graphql/alpha"), by_project=False)

    def test_the_flow_run_task_of_prefect_0_12_works_with_an_idempotency_key_and_a_context(self):
        client = OlderClient("0.12.5", "/graphql")
        key = unique("key")
        self.runs_the_newest_version(client, by_project=True, idempotency_key=key, context={"a": 1})

    def test_the_flow_run_task_of_prefect_0_14_works_with_a_name_and_a_start_time(self):
        options = {"flow_run_name": "by an old parent", "scheduled_start_time": "2026-01-01T00:00:00"}
        client = OlderClient("0.14.22", "/graphql")
        self.runs_the_newest_version(client, by_project=True, idempotency_key=unique("key"), **options)

    def test_a_runner_of_prefect_0_11_gets_its_task_run_in_two_requests(self):
        client = OlderClient("0.11.0", "/graphql/alpha")
        flow_run_id = self.start(flows.sums(unique("sums")), scheduled_start_time=flows.tomorrow.run())
        [task_run, *_] = client.graphql(INFO % flow_run_id)["flow_run_by_pk"]["task_runs"]
        got = client.graphql(
            'mutation { get_or_create_task_run(input: { flow_run_id: "%s", task_id: "%s", map_index: -1 }) { id } }'
            % (flow_run_id, task_run["task"]["id"])
        )
        self.assertEqual(got, {"get_or_create_task_run": {"id": task_run["id"]}})
        read = 'query { task_run_by_pk(id: "%s") { version serialized_state task { slug } } }' % task_run["id"]
        self.assertEqual(client.graphql(read)["task_run_by_pk"]["task"]["slug"], task_run["task"]["slug"])
        beat = 'mutation { update_task_run_heartbeat(input: { task_run_id: "%s" }) { success } }' % task_run["id"]
        self.assertEqual(client.graphql(beat), {"update_task_run_heartbeat": {"success": True}})
