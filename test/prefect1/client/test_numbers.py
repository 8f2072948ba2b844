import math

from prefect.backend import FlowRunView
from prefect.engine.state import Scheduled
from prefect.exceptions import ClientError

import flows
from runs import WithAnAgent
from support import unique

# A default of the flow would be added.
SENT = {
    "n": 1.0,
    "integers": [0, -1, 2**53 + 1, 1234567890123456789, -(2**64), 10**400],
    "floats": [0.0, 1.0, -2.5, 1e16, 1e23, 1e-7, 5e-324, 1.7976931348623157e308, 0.1 + 0.2],
    "nested": {"__proto__": [1.0, {"1.0": 1}], "": 2.0, "text": "1.0 \u2028 \\ \""},
}


def typed(value):
    """The value with the types of its numbers, because 1 == 1.0."""
    if isinstance(value, dict):
        return {key: typed(member) for key, member in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return (type(value).__name__, value)


class Numbers(WithAnAgent):
    def registered(self):
        return self.placed(flows.sums(unique("sums"))).register(self.project, no_url=True)

    def test_parameters_context_and_state_are_read_as_they_were_sent(self):
        flow_id = self.registered()
        run = self.client.create_flow_run(
            flow_id=flow_id, parameters=SENT, context=SENT, scheduled_start_time=flows.tomorrow.run()
        )
        view = FlowRunView.from_flow_run_id(run)
        self.assertEqual(typed(view.parameters), typed(SENT))
        self.assertEqual(typed(view.context), typed(SENT))
        state = Scheduled(message="again", start_time=flows.tomorrow.run())
        state.context = SENT
        self.client.set_flow_run_state(run, version=None, state=state)
        read = self.client.get_flow_run_info(run)
        self.assertEqual(typed(read.parameters), typed(SENT))
        self.assertEqual(typed(read.context), typed(SENT))
        self.assertEqual(typed(read.state.context), typed(SENT))

    def test_a_number_that_nobody_could_read_back_is_rejected(self):
        flow_id = self.registered()
        for number in (math.nan, math.inf, -math.inf):
            with self.assertRaisesRegex(ClientError, "must be a finite number"):
                self.client.create_flow_run(flow_id=flow_id, parameters={"number": number})
