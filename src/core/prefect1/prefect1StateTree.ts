interface StateClass {
  parent: string | null;
  color: string;
}

/**
 * The state classes of Prefect 1 in the order of their declaration, with their colours in its user interface. `State`
 * and `_MetaState` are base classes: no run is ever in them.
 * Source: Prefect 1.4.1, engine/state.py.
 */
const CLASSES = {
  State: { parent: null, color: '#696969' },
  Pending: { parent: 'State', color: '#7ebdff' },
  Scheduled: { parent: 'Pending', color: '#ffab00' },
  Paused: { parent: 'Scheduled', color: '#99a8e8' },
  _MetaState: { parent: 'State', color: '#696969' },
  ClientFailed: { parent: '_MetaState', color: '#eb0000' },
  Submitted: { parent: '_MetaState', color: '#ffdf5d' },
  Queued: { parent: '_MetaState', color: '#ffea7f' },
  Resume: { parent: 'Scheduled', color: '#f58c0c' },
  Retrying: { parent: 'Scheduled', color: '#f66a0a' },
  Running: { parent: 'State', color: '#3d67ff' },
  Cancelling: { parent: 'Running', color: '#E8E8E8' },
  Finished: { parent: 'State', color: '#003ccb' },
  Looped: { parent: 'Finished', color: '#003ccb' },
  Success: { parent: 'Finished', color: '#28a745' },
  Cached: { parent: 'Success', color: '#34d058' },
  Mapped: { parent: 'Success', color: '#003ccb' },
  Cancelled: { parent: 'Finished', color: '#bdbdbd' },
  Failed: { parent: 'Finished', color: '#eb0000' },
  TimedOut: { parent: 'Failed', color: '#ff4e33' },
  TriggerFailed: { parent: 'Failed', color: '#ff5131' },
  ValidationFailed: { parent: 'Failed', color: '#ff5131' },
  Skipped: { parent: 'Success', color: '#62757f' },
} as const satisfies { readonly [name: string]: StateClass };

type StateClassName = keyof typeof CLASSES;
const NAMES = Object.keys(CLASSES) as StateClassName[];

const isA = (name: StateClassName | null, ancestor: StateClassName): boolean =>
  name !== null && (name === ancestor || isA(CLASSES[name].parent, ancestor));

const ofEach = <Value>(describe: (name: StateClassName) => Value) =>
  Object.fromEntries(NAMES.map((name) => [name, describe(name)])) as { readonly [Name in StateClassName]: Value };

/** For each class, the class and all its subclasses. */
export const PREFECT_1_DESCENDANTS = ofEach((ancestor): readonly string[] =>
  NAMES.filter((name) => isA(name, ancestor)),
);

export const PREFECT_1_COLORS = ofEach((name): string => CLASSES[name].color);
