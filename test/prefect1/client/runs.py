"""Base classes of tests whose flow runs are started by a real agent."""

from prefect.backend import FlowRunView
from prefect.run_configs import LocalRun
from prefect.storage import Local

from agents import LocalAgent
from servers import Server
from support import WithPrefect, native, unique, wait_for


class WithAnAgent(WithPrefect):
    """Tests with their own agent and project."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.label = unique("label")
        cls.agent = LocalAgent([cls.label]).__enter__()
        cls.addClassCleanup(cls.agent.__exit__)
        cls.project = unique("project")
        cls.client.create_project(cls.project)

    def placed(self, flow):
        # By default, only an agent on the machine that registered a flow may run it.
        flow.storage = Local(add_default_labels=False)
        flow.run_config = LocalRun(labels=[self.label])
        return flow

    def register(self, flow):
        return self.placed(flow).register(self.project, no_url=True)

    def start(self, flow, **options):
        return self.client.create_flow_run(flow_id=self.register(flow), **options)

    def ended(self, flow_run_id):
        """Waits until a flow run has ended. Returns it."""

        def look():
            view = FlowRunView.from_flow_run_id(flow_run_id)
            return view.state.is_finished() and view

        try:
            return wait_for(look, "the end of the run")
        except AssertionError as error:
            logs = FlowRunView.from_flow_run_id(flow_run_id).get_logs()
            raise AssertionError("{}\n{}\n{}".format(error, [log.message for log in logs], self.agent.said()))

    def is_running(self, flow_run_id):
        wait_for(lambda: self.client.get_flow_run_state(flow_run_id).is_running(), "the run to start")

    def task_states(self, view):
        return {run.task_slug: type(run.state).__name__ for run in view.get_all_task_runs()}

    def history(self, flow_run_id):
        """Returns all states of a flow run from the native dialect."""
        run = native(
            "query ($id: ID!) { flowRun(id: $id) { states { nodes { type name version } } } }", id=flow_run_id
        )["flowRun"]
        states = run["states"]["nodes"]
        self.assertEqual([state["version"] for state in states], list(range(1, len(states) + 1)))
        return [(state["type"], state["name"]) for state in states]


class WithAServer(WithAnAgent):
    """Tests with their own server, agent and project. `settings` are those of the server."""

    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.server = Server(**cls.settings)
        cls.addClassCleanup(cls.server.remove)
        cls.server.start()
        used = cls.server.used()
        used.__enter__()
        cls.addClassCleanup(used.__exit__, None, None, None)
        cls.prepare()
        super().setUpClass()

    @classmethod
    def prepare(cls):
        """Runs before the agent starts."""
