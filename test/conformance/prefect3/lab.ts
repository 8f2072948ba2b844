import { type Api, Skip } from './api.ts';
import { Expectations } from './expectations.ts';
import { unique } from './moments.ts';
import type { FlowRun, FlowRunInput, StateInput, TaskRun, TaskRunInput, Verdict } from './values.ts';

interface Flow {
  id: string;
}
interface Deployment {
  id: string;
  flowId: string;
}
type RunFixture = Omit<FlowRunInput, 'flowId' | 'state'> & {
  flowId?: string;
  flow?: Flow;
  /** True: a new one. */
  dep?: Deployment | true;
  /** True: any. */
  pid?: string | true;
  force?: boolean;
};
/** `flowRun: null` for a task run without a flow run; by default a new running one. */
type TaskFixture = Omit<TaskRunInput, 'flowRunId' | 'state' | 'taskKey' | 'dynamicKey'> & { flowRun?: Flow | null };

/** The context of a case: the API under test, checks, and rows created for it. */
export class Lab extends Expectations {
  /** Compares the state of each verdict with the stored one. */
  readonly api: Api;

  constructor(
    /** Without that comparison, for parallel moves. */
    readonly raw: Api,
  ) {
    super();
    this.api = {
      ...raw,
      setFlowRunState: this.comparing('setFlowRunState', raw.setFlowRunState, raw.readFlowRun),
      setTaskRunState: this.comparing('setTaskRunState', raw.setTaskRunState, raw.readTaskRun),
      resumeFlowRun: this.comparing('resumeFlowRun', raw.resumeFlowRun, raw.readFlowRun),
    };
  }

  private comparing<Rest extends unknown[]>(
    name: string,
    move: (id: string, ...rest: Rest) => Promise<Verdict>,
    read: (id: string) => Promise<FlowRun | TaskRun>,
  ) {
    return async (id: string, ...rest: Rest): Promise<Verdict> => {
      const verdict = await move(id, ...rest);
      if (!verdict.state && verdict.status !== 'ACCEPT') return verdict;
      const { state, stateType, stateName } = await read(id);
      const { id: stateId, type, name: answered } = verdict.state ?? {};
      this.equal([state?.id, stateType, stateName], [stateId, type, answered], `after ${name}: what is stored`);
      return verdict;
    };
  }

  /** Selects the behaviour of Prefect 3 or of FlowQL (docs/prefect3-differences.md). */
  pick<Prefect3, FlowQL>(prefect3: Prefect3, flowql: FlowQL): Prefect3 | FlowQL {
    return this.raw.flavour === 'prefect3' ? prefect3 : flowql;
  }

  needs(feature: string, reason = `the server has no ${feature}`): void {
    if (!this.raw.features.has(feature)) throw new Skip(reason);
  }

  async flow(more: { tags?: string[]; labels?: object } = {}) {
    return this.raw.createFlow({ name: unique('flow'), ...more });
  }

  async deployment(more: { concurrencyLimit?: number; collisionStrategy?: string } = {}): Promise<Deployment> {
    const { id: flowId } = await this.flow();
    const { id } = await this.raw.createDeployment({ flowId, name: unique('deployment'), ...more });
    return { id, flowId };
  }

  /** Creates a flow run in this state. A server without stateless runs uses its default. */
  async run(state?: StateInput | null, { dep, flow, pid, force = true, ...more }: RunFixture = {}): Promise<FlowRun> {
    const deployment = dep === true ? await this.deployment() : dep;
    const flowId = more.flowId ?? deployment?.flowId ?? flow?.id ?? (await this.flow()).id;
    // Prefect 3 cannot create a run with a result in its state: that state is set afterwards.
    const first = state && state.data === undefined ? state : undefined;
    const { run } = await this.raw.createFlowRun({ ...more, flowId, deploymentId: deployment?.id, state: first });
    if (pid) await this.raw.updateFlowRun(run.id, { infrastructurePid: pid === true ? 'pid-1' : pid });
    if (state && !first) mustAccept(await this.raw.setFlowRunState(run.id, state, { force }));
    return pid || (state && !first) ? this.raw.readFlowRun(run.id) : run;
  }

  /** Waits until a flow run of the server has run for a fraction of a second. */
  async timePasses(): Promise<void> {
    const { id } = await this.run({ type: 'RUNNING' });
    const hasRun = ({ estimatedRunTime }: FlowRun) => estimatedRunTime > 0.2;
    await this.until(() => this.raw.readFlowRun(id), hasRun, { label: 'run time' });
  }

  async task(state?: StateInput, { flowRun, ...more }: TaskFixture = {}): Promise<TaskRun> {
    const flowRunId = flowRun === null ? undefined : (flowRun ?? (await this.run({ type: 'RUNNING' }))).id;
    const first = state && state.data === undefined ? state : undefined;
    const keys = { taskKey: 'task', dynamicKey: unique('dynamic') };
    const { run } = await this.raw.createTaskRun({ ...keys, ...more, flowRunId, state: first });
    if (!state || first) return run;
    mustAccept(await this.raw.setTaskRunState(run.id, state, { force: true }));
    return this.raw.readTaskRun(run.id);
  }

  /** Returns the types of a run's states, oldest first. */
  async history(id: string, kind: 'flow' | 'task' = 'flow'): Promise<string[]> {
    const states = kind === 'flow' ? await this.raw.flowRunStates(id) : await this.raw.taskRunStates(id);
    return states.map((state) => state.type);
  }

  /** Makes the move and checks that it wrote no state. */
  async unwritten(id: string, move: () => Promise<Verdict>, kind: 'flow' | 'task' = 'flow'): Promise<Verdict> {
    const before = (await this.history(id, kind)).length;
    const verdict = await move();
    this.equal((await this.history(id, kind)).length, before, 'number of states after a verdict that writes none');
    return verdict;
  }
}

function mustAccept(verdict: Verdict): void {
  if (verdict.status !== 'ACCEPT') throw new Error(`a fixture was not accepted: ${JSON.stringify(verdict)}`);
}
