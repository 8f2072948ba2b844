"""The flows of the tests. They have their own module because the processes of an agent import it."""

import datetime
import time

import prefect
from prefect import Flow, Parameter, task, unmapped
from prefect.backend.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    delete_artifact,
    update_markdown_artifact,
)
from prefect.engine import signals
from prefect.tasks.prefect import (
    CancelFlowRun,
    RenameFlowRun,
    StartFlowRun,
    create_flow_run,
    get_task_run_result,
    wait_for_flow_run,
)
from prefect.triggers import all_failed


@task
def number(n):
    prefect.context.logger.info("The number is %s.", n)
    return n


@task
def twice(n):
    return n * 2


@task
def add_up(numbers):
    return sum(numbers)


def sums(name="sums", default=3):
    """Returns a flow with a parameter, three tasks and a result."""
    with Flow(name) as flow:
        add_up([twice(number(Parameter("n", default=default)))])
    return flow


def mapped(name, width=200):
    with Flow(name) as flow:
        add_up(twice.map(numbers(width)))
    return flow


@task
def numbers(width):
    return list(range(width))


@task(max_retries=2, retry_delay=datetime.timedelta(seconds=1))
def fails_at_first():
    if prefect.context.task_run_count < 2:
        raise ValueError("not yet")
    return prefect.context.task_run_count


def retried(name):
    with Flow(name) as flow:
        fails_at_first()
    return flow


@task
def fails():
    raise ValueError("always")


def failing(name):
    with Flow(name) as flow:
        fails()
    return flow


@task
def follows():
    return None


@task(trigger=all_failed)
def picks_up_the_pieces():
    return "pieces"


@task
def skips():
    raise signals.SKIP("nothing to do")


@task
def loops():
    count = prefect.context.get("task_loop_result", 0)
    if count < 3:
        raise signals.LOOP(result=count + 1)
    return count


@task(timeout=1)
def takes_too_long():
    time.sleep(5)


@task(cache_for=datetime.timedelta(hours=1), cache_key="flowql-tests")
def remembered():
    return time.time()


@task
def draws():
    link = create_link_artifact("http://example.com")
    words = create_markdown_artifact("# words")
    update_markdown_artifact(words, "# other words")
    delete_artifact(create_link_artifact("http://example.org"))
    return [link, words]


def endings(name):
    """Returns a flow whose tasks end in different states. It succeeds because its reference task does."""
    with Flow(name) as flow:
        failed = fails()
        follows(upstream_tasks=[failed])
        picks_up_the_pieces(upstream_tasks=[failed])
        skipped = skips()
        follows.copy(name="skipped_too")(upstream_tasks=[skipped])
        loops()
        takes_too_long()
        drawn = draws()
    flow.set_reference_tasks([drawn])
    return flow


def cached(name):
    with Flow(name) as flow:
        remembered()
    return flow


@task
def waits(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.1)


def slow(name, seconds=120):
    with Flow(name) as flow:
        waits(Parameter("seconds", default=seconds))
    return flow


def parent(name, child, project):
    """Returns a flow with the seven tasks for flow runs, which work on runs of another flow."""
    with Flow(name) as flow:
        started = StartFlowRun(project_name=project, wait=True)(
            flow_name=child, parameters={"n": 5}, idempotency_key=name + "-started"
        )
        made = create_flow_run(flow_name=child, project_name=project, parameters={"n": 7}, run_name=name + "-made")
        ended = wait_for_flow_run(made, stream_states=True, stream_logs=True)
        result = get_task_run_result(made, task_slug="add_up-1", poll_time=1, upstream_tasks=[ended])
        several = get_task_run_result.map(
            flow_run_id=unmapped(made),
            task_slug=["number-1", "twice-1"],
            poll_time=unmapped(1),
            upstream_tasks=[unmapped(ended)],
        )
        later = create_flow_run(
            flow_name=child, project_name=project, scheduled_start_time=tomorrow(), task_args={"name": "later"}
        )
        CancelFlowRun()(later)
        RenameFlowRun()(flow_run_id=made, flow_run_name=name + "-renamed", upstream_tasks=[ended])
        gathered(result, several, started)
    return flow


@task
def tomorrow():
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)


@task
def gathered(result, several, started):
    return [result, several]


@task
def says(n):
    prefect.context.logger.info("Line %s.", n)
    time.sleep(0.25)
    return n


def talks(name, count):
    """Returns a flow with `count` tasks, one after another, each with its own log line."""
    with Flow(name) as flow:
        says.map(numbers(count))
    return flow


@task(max_retries=1, retry_delay=datetime.timedelta(seconds=1))
def hangs_at_first():
    if prefect.context.task_run_count < 2:
        time.sleep(300)
    return "done"


def hanging_at_first(name):
    with Flow(name) as flow:
        hangs_at_first()
    return flow


def hangs(flow, _, state):
    if state.is_running():
        time.sleep(300)
    return state


def never_begun(name):
    """Returns a flow that hangs before it becomes Running."""
    with Flow(name, state_handlers=[hangs]) as flow:
        number(1)
    return flow


@task(max_retries=1, retry_delay=datetime.timedelta(minutes=15))
def fails_and_waits():
    if prefect.context.task_run_count < 2:
        raise ValueError("not yet")
    return prefect.context.task_run_count


def retried_much_later(name):
    with Flow(name) as flow:
        twice(fails_and_waits())
    return flow
