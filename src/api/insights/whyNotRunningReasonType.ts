import type {
  WhyNotRunningKind,
  WhyNotRunningReason,
  WhyNotRunningReasonOf,
} from '../../core/insights/whyNotRunningReason.ts';
import { builder } from '../building/builder.ts';

export const WhyNotRunningReasonInterface = builder.interfaceRef<WhyNotRunningReason>('NotRunningReason').implement({
  description: 'Something that a flow run waits for, with its facts.',
  fields: (t) => ({
    message: t.exposeString('message', { description: 'A sentence for people; its wording may change.' }),
    since: t.expose('since', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when this stands in the way; null where nobody knows.',
    }),
  }),
  resolveType: ({ kind }) => kind,
});

/** The type of a reason: its name is the reason's kind. */
export const reasonType = <Kind extends WhyNotRunningKind>(kind: Kind) =>
  builder.objectRef<WhyNotRunningReasonOf<Kind>>(kind);
export const interfaces = [WhyNotRunningReasonInterface];
