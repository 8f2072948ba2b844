import SchemaBuilder from '@pothos/core';
import type { Labels, TaskRun } from '../../core/runs/run.ts';
import type { Anchor } from '../../core/schedules/deploymentTimes.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Json, JsonObject } from '../../core/values/jsonObject.ts';
import type { Context } from './context.ts';

/** Fields are non-null by default. */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    AnchorDate: { Input: Anchor; Output: never };
    DateTime: { Input: Instant; Output: Instant };
    JSON: { Input: Json; Output: Json };
    JSONObject: { Input: JsonObject; Output: JsonObject };
    Labels: { Input: Labels; Output: Labels };
    StringMap: { Input: { [key: string]: string }; Output: { [key: string]: string } };
    TaskInputs: { Input: TaskRun['taskInputs']; Output: TaskRun['taskInputs'] };
  };
}>({ defaultFieldNullability: false });

builder.queryType({
  description:
    'Reads. A field for a single object returns null if the object does not exist or belongs to another tenant. ' +
    'Long lists are Relay connections.',
});
builder.mutationType({
  description:
    'Writes. Each mutation takes one `input` and responds after its transaction has committed. Every input has an ' +
    '`idempotencyKey`: a request that repeats the key has no second effect and gets the first response. A value ' +
    'outside a documented limit fails with BAD_USER_INPUT, unless the description names another code. An API key ' +
    'with the reader role gets FORBIDDEN.',
});
builder.subscriptionType({
  description:
    'Live events, over WebSocket (graphql-ws) or server-sent events. Events carry a cursor, except in ' +
    '`bulkJobProgress` and `scheduledTaskRuns`. A subscription that is opened with the cursor of an event as `after` ' +
    'continues with the next event and misses nothing.',
});
