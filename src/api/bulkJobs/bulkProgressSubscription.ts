import { builder } from '../building/builder.ts';
import { BulkJobType } from './bulkJobType.ts';

builder.subscriptionField('bulkJobProgress', (t) =>
  t.field({
    type: BulkJobType,
    description:
      'A bulk job as it is now, then again as it gets on, a few times a second, and at last as it ended; then the ' +
      'subscription ends. What counts is the newest event, so one that is opened again needs no cursor. NOT_FOUND where ' +
      'there is no such job.',
    args: { id: t.arg.id({ required: true, description: 'The id of the job.' }) },
    subscribe: (_, { id }, { engine, viewer }) => engine.bulkProgress.follow(viewer, id),
    resolve: (job) => job,
  }),
);
