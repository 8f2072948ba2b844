import { builder } from '../building/builder.ts';
import { BulkJobType } from './bulkJobType.ts';

builder.subscriptionField('bulkJobProgress', (t) =>
  t.field({
    type: BulkJobType,
    description:
      'Streams the progress of a bulk job: the job as it is now, then an update after each change, at most four ' +
      'times a second, until the job has ended. Then the subscription ends. Each event replaces the one before, so a ' +
      'reopened subscription needs no cursor. Fails with NOT_FOUND if there is no such job.',
    args: { id: t.arg.id({ required: true, description: 'The id of the bulk job.' }) },
    subscribe: (_, { id }, { engine, viewer }) => engine.bulkProgress.follow(viewer, id),
    resolve: (job) => job,
  }),
);
