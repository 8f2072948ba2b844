import { builder } from '../building/builder.ts';
import { FlowRunType } from '../building/objectTypes.ts';

builder.objectField(FlowRunType, 'logsCsvUrl', (t) =>
  t.string({
    description:
      'The address of all log lines of the flow run and its task runs, as CSV. It is relative to the address of ' +
      'this server, and needs the same API key.',
    resolve: ({ id }) => `/flow-runs/${id}/logs.csv`,
  }),
);
