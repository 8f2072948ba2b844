import { concurrencyCases } from './cases/concurrency.ts';
import { createFlowRunsCases } from './cases/createFlowRuns.ts';
import { createLimitsCases } from './cases/createLimits.ts';
import { deleteBulkCases } from './cases/deleteBulk.ts';
import { derivedCases } from './cases/derived.ts';
import { filtersByOthersCases } from './cases/filtersByOthers.ts';
import { flowRunFiltersCases } from './cases/flowRunFilters.ts';
import { flowTransitionsAfterCases } from './cases/flowTransitionsAfter.ts';
import { flowTransitionsBeforeCases } from './cases/flowTransitionsBefore.ts';
import { flowTransitionsDuringCases } from './cases/flowTransitionsDuring.ts';
import { forceCases } from './cases/force.ts';
import { graphsCases } from './cases/graphs.ts';
import { historyCases } from './cases/history.ts';
import { inputsCases } from './cases/inputs.ts';
import { logsStatesCases } from './cases/logsStates.ts';
import { pauseResumeCases } from './cases/pauseResume.ts';
import { retriesCases } from './cases/retries.ts';
import { runInputsCases } from './cases/runInputs.ts';
import { servicesCases } from './cases/services.ts';
import { taskCreateCases } from './cases/taskCreate.ts';
import { taskResultsCases } from './cases/taskResults.ts';
import { taskTransitionsCases } from './cases/taskTransitions.ts';
import { updateReadCases } from './cases/updateRead.ts';
import type { ConformanceCase } from './conformanceCase.ts';

/** Cases by group; a group is the first letter of the ids of its cases. */
export const GROUPS: { group: string; title: string; cases: ConformanceCase[] }[] = [
  { group: 'A', title: 'creating flow runs', cases: [...createFlowRunsCases, ...createLimitsCases] },
  { group: 'B', title: 'updating and reading flow runs', cases: updateReadCases },
  {
    group: 'C',
    title: 'moving flow runs',
    cases: [...flowTransitionsBeforeCases, ...flowTransitionsDuringCases, ...flowTransitionsAfterCases],
  },
  { group: 'D', title: 'pausing and resuming', cases: [...pauseResumeCases, ...runInputsCases] },
  { group: 'E', title: 'retries of flow runs', cases: retriesCases },
  { group: 'F', title: 'moving by force', cases: forceCases },
  { group: 'G', title: 'derived columns', cases: derivedCases },
  { group: 'H', title: 'concurrency limits', cases: concurrencyCases },
  { group: 'I', title: 'creating task runs', cases: taskCreateCases },
  { group: 'J', title: 'moving task runs', cases: [...taskTransitionsCases, ...taskResultsCases] },
  { group: 'K', title: 'filters', cases: [...flowRunFiltersCases, ...filtersByOthersCases] },
  { group: 'L', title: 'history and graphs', cases: [...historyCases, ...graphsCases] },
  { group: 'M', title: 'inputs', cases: inputsCases },
  { group: 'N', title: 'logs and states', cases: logsStatesCases },
  { group: 'O', title: 'deleting, and many at once', cases: deleteBulkCases },
  { group: 'P', title: 'services and events', cases: servicesCases },
];
