import type { Config } from '../config.ts';
import type { createLogger } from '../server/observing/logger.ts';
import { cancellationCleanup } from '../services/cancellationCleanup.ts';
import { cancellingTimeout } from '../services/cancellingTimeout.ts';
import { cloudHookDelivery } from '../services/cloudHookDelivery.ts';
import { concurrencyLeases } from '../services/concurrencyLeases.ts';
import { deploymentScheduler } from '../services/deploymentScheduler.ts';
import { finishBulkJobs } from '../services/finishBulkJobs.ts';
import { forgetBulkJobs } from '../services/forgetBulkJobs.ts';
import { forgetDeletedFlowRuns } from '../services/forgetDeletedFlowRuns.ts';
import { forgetIdempotencyKeys } from '../services/forgetIdempotencyKeys.ts';
import { lateRuns } from '../services/lateRuns.ts';
import { lazarus } from '../services/lazarus.ts';
import type { Loop } from '../services/loops.ts';
import { pauseExpirations } from '../services/pauseExpirations.ts';
import { prefect1Scheduler } from '../services/prefect1Scheduler.ts';
import { zombieKiller } from '../services/zombieKiller.ts';

type Log = Pick<ReturnType<typeof createLogger>, 'warn'>;

/** The loops of a server. `FLOWQL_PREFECT1=off` leaves out those for flows of Prefect 1. */
export const backgroundLoops = (config: Config, log: Log): Loop[] => [
  forgetIdempotencyKeys(config.idempotencyHours),
  forgetDeletedFlowRuns,
  concurrencyLeases,
  finishBulkJobs,
  forgetBulkJobs,
  lateRuns(config.lateRunsSeconds, config.lateAfterSeconds),
  pauseExpirations(config.pauseExpirationsSeconds),
  cancellationCleanup(config.cancellationCleanupSeconds),
  cancellingTimeout(config.cancellingTimeoutSeconds),
  deploymentScheduler(config.schedulerSeconds, ({ scheduleId, deploymentId, reason }) =>
    log.warn({ scheduleId, deploymentId, reason }, 'schedule turned off'),
  ),
  ...(config.prefect1
    ? [
        prefect1Scheduler(config.schedulerSeconds, ({ id, reason }) =>
          log.warn({ flowId: id, reason }, 'schedule turned off'),
        ),
        zombieKiller(config.zombieKillerSeconds),
        lazarus(config.lazarusSeconds),
      ]
    : []),
  cloudHookDelivery(({ id, attempts, event }, reason) =>
    log.warn({ cloudHookId: id, eventId: event.id, attempts, reason }, 'cloud hook delivery failed, giving up'),
  ),
];
