import { builder } from '../building/builder.ts';
import { FlowRunType } from '../building/objectTypes.ts';

builder.objectField(FlowRunType, 'logsCsvUrl', (t) =>
  t.string({
    description:
      'Where the log lines of the run and of its task runs are to be had as CSV, however many there are: an address ' +
      'relative to this server’s. It asks for the same API key as this one.',
    resolve: ({ id }) => `/flow-runs/${id}/logs.csv`,
  }),
);
