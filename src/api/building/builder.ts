import SchemaBuilder from '@pothos/core';
import type { Labels, TaskRun } from '../../core/runs/run.ts';
import type { Json, JsonObject } from '../../core/runs/state.ts';
import type { Instant } from '../../core/values/instant.ts';
import type { Context } from './context.ts';

/** Fields are non-null unless they say otherwise. */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
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
    'Reads. A single thing that does not exist, or belongs to another tenant, is null; a list is a page of a connection.',
});
builder.mutationType({
  description:
    'Writes. Each takes one `input` and answers after its transaction has committed. Every input has an `idempotencyKey`: ' +
    'the same request sent again with the same key has no second effect and gets the same answer. ' +
    'An API key with the role of a reader gets FORBIDDEN.',
});
builder.subscriptionType({
  description:
    'Live events, over WebSocket (graphql-ws) or server-sent events. Each event carries a cursor; a subscription that is ' +
    'opened again with `after` goes on behind it and misses nothing.',
});
