import type {
  WhyNotRunningKind,
  WhyNotRunningReason,
  WhyNotRunningReasonOf,
} from '../../core/insights/whyNotRunningReason.ts';
import { builder } from '../building/builder.ts';

export const WhyNotRunningReasonInterface = builder.interfaceRef<WhyNotRunningReason>('NotRunningReason').implement({
  description: 'A reason why a flow run is not running, with its details.',
  fields: (t) => ({
    message: t.exposeString('message', { description: 'A sentence for people. Its wording may change.' }),
    since: t.expose('since', {
      type: 'DateTime',
      nullable: true,
      description: 'When this began to block the run; null if unknown.',
    }),
  }),
  resolveType: ({ kind }) => kind,
});

/** Returns the type of a reason. Its name is the kind of the reason. */
export const reasonType = <Kind extends WhyNotRunningKind>(kind: Kind) =>
  builder.objectRef<WhyNotRunningReasonOf<Kind>>(kind);
export const interfaces = [WhyNotRunningReasonInterface];
