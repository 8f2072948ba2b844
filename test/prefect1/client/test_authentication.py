import os

from prefect import Client
from prefect.engine.state import Success
from prefect.exceptions import AuthorizationError
from prefect.utilities.configuration import set_temporary_config

import flows
from runs import WithAServer
from support import prefect_command, unique, wait_for


class Keys(WithAServer):
    """A server with an API key answers no request without one."""

    @classmethod
    def prepare(cls):
        cls.key = cls.server.command("key", "create", "--name", "agents").strip()
        config = set_temporary_config({"cloud.api_key": cls.key})
        config.__enter__()
        cls.addClassCleanup(config.__exit__, None, None, None)
        os.environ["PREFECT__CLOUD__API_KEY"] = cls.key
        cls.addClassCleanup(os.environ.pop, "PREFECT__CLOUD__API_KEY")

    def is_refused(self, **options):
        try:
            with set_temporary_config({"cloud.api_key": None}):
                Client(**options).graphql("query { project { id } }")
        except AuthorizationError:
            return True

    def test_a_client_without_a_valid_key_gets_an_authorization_error(self):
        # The server may need some seconds to notice its first key.
        wait_for(self.is_refused, "the refusal")
        self.assertTrue(self.is_refused(api_key="fk_nobodys"))
        self.assertFalse(self.is_refused(api_key=self.key))

    def test_agents_and_commands_with_a_key_work(self):
        wait_for(self.is_refused, "the refusal")
        self.assertIn(self.project, prefect_command("get", "projects"))
        self.assertIsInstance(self.ended(self.start(flows.sums(unique("sums")))).state, Success)
