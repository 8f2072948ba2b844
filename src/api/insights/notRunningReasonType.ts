import type { NotRunningKind, NotRunningReason, ReasonOf } from '../../core/insights/notRunningReason.ts';
import { builder } from '../building/builder.ts';

export const NotRunningReasonInterface = builder.interfaceRef<NotRunningReason>('NotRunningReason').implement({
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
export const reasonType = <Kind extends NotRunningKind>(kind: Kind) => builder.objectRef<ReasonOf<Kind>>(kind);
export const interfaces = [NotRunningReasonInterface];
