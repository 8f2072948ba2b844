from prefect.backend import TenantView
from prefect.exceptions import ClientError
from prefect.utilities.graphql import EnumValue

from support import WithPrefect, prefect_command, unique


class Basics(WithPrefect):
    def test_the_server_answers_hello(self):
        self.assertEqual(self.client.graphql("query { hello }").data.hello, "👋")

    def test_the_client_finds_its_tenant(self):
        tenants = self.client.graphql({"query": {"tenant": {"id", "slug", "name"}}}).data.tenant
        self.assertEqual(self.client.tenant_id, tenants[0].id)
        self.assertEqual(self.client.get_default_tenant_slug(), tenants[0].slug)

    def test_an_error_of_the_client_contains_the_text_of_the_server(self):
        with self.assertRaisesRegex(ClientError, "Cannot query field"):
            self.client.graphql("query { nothing }")

    def test_the_server_lists_the_state_classes_of_the_client(self):
        from prefect.engine import state

        data = self.client.graphql("query { reference_data { state_hierarchy state_info } }").data.reference_data
        classes = [c for c in vars(state).values() if isinstance(c, type) and issubclass(c, state.State)]
        self.assertEqual({c.__name__: {"color": c.color} for c in classes}, data.state_info.to_dict())
        for parent in classes:
            children = {c.__name__ for c in classes if issubclass(c, parent)}
            self.assertEqual(children, set(data.state_hierarchy[parent.__name__]), parent)


class Tenants(WithPrefect):
    def test_a_second_tenant_with_the_same_slug_is_rejected(self):
        slug = unique("tenant")
        made = self.client.create_tenant(name="A tenant", slug=slug)
        self.assertEqual(TenantView.from_tenant_id(made).slug, slug)
        with self.assertRaisesRegex(ClientError, "Uniqueness violation"):
            self.client.create_tenant(name="Another", slug=slug)

    def test_prefect_server_create_tenant_creates_a_tenant(self):
        slug = unique("tenant")
        self.assertIn("Tenant created", prefect_command("server", "create-tenant", "--name", "By hand", "--slug", slug))


class Projects(WithPrefect):
    def test_creating_an_existing_project_returns_it(self):
        name = unique("project")
        made = self.client.create_project(name, "what it is for")
        self.assertEqual(self.client.create_project(name), made)

    def test_prefect_creates_lists_and_deletes_a_project(self):
        name = unique("project")
        self.assertIn(name, prefect_command("create", "project", name, "--description", "by hand"))
        self.assertIn(name, prefect_command("get", "projects"))
        self.assertIn("by hand", prefect_command("get", "projects", "--name", name))
        prefect_command("delete", "project", name)
        self.assertNotIn(name, prefect_command("get", "projects"))

    def test_deleting_an_unknown_project_fails(self):
        with self.assertRaisesRegex(ValueError, "not found"):
            self.client.delete_project(unique("project"))

    def test_deleting_a_project_returns_true(self):
        self.assertTrue(self.client.delete_project(self.new_project()))
