import type { Execution, ExecutionEvent } from '@ratchet/contract/entities/execution';
import type { Task, TaskPage } from '@ratchet/contract/entities/task';
import type { Input } from '@ratchet/contract/operation';
import type { table } from '@ratchet/contract/operations/table';
import type { TRPCClient } from '@trpc/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { describe, expectTypeOf, it } from 'vitest';
import type * as z from 'zod';
import type { AppRouter } from '../src/trpc/app-router.ts';

type Given = inferRouterInputs<AppRouter>;
type Answered = inferRouterOutputs<AppRouter>;
type Client = TRPCClient<AppRouter>;

describe('the router’s types', () => {
  it('take what the operations take', () => {
    expectTypeOf<Given['tasks']['get']>().toEqualTypeOf<Input<typeof table.tasks.get>>();
    expectTypeOf<Given['tasks']['create']>().toEqualTypeOf<Input<typeof table.tasks.create>>();
    expectTypeOf<undefined>().toExtend<Given['tasks']['list']>();
    expectTypeOf<undefined>().not.toExtend<Given['tasks']['get']>();
    expectTypeOf<{ id: string; nmae: string }>().not.toEqualTypeOf<Given['tasks']['get']>();
    expectTypeOf<Given['tasks']['update']['label']>().toEqualTypeOf<string | null | undefined>();
  });
  it('answer what the operations answer', () => {
    expectTypeOf<Answered['tasks']['list']['items'][number]['name']>().toBeString();
    expectTypeOf<Answered['tasks']['list']['meta']['total']>().toBeNumber();
    expectTypeOf<z.output<typeof TaskPage>['items'][number]['id']>().toEqualTypeOf<
      Answered['tasks']['list']['items'][number]['id']
    >();
    expectTypeOf<Answered['tasks']['get']['revision']>().toBeNumber();
    expectTypeOf<Answered['tasks']['get']['syncStatus']>().toEqualTypeOf<z.output<typeof Task>['syncStatus']>();
    expectTypeOf<Answered['tasks']['run']['status']>().toEqualTypeOf<z.output<typeof Execution>['status']>();
  });
  it('make reads queries, streams subscriptions, and the rest mutations', () => {
    expectTypeOf<Client['tasks']['list']>().toHaveProperty('query');
    expectTypeOf<Client['tasks']['create']>().toHaveProperty('mutate');
    expectTypeOf<Client['tasks']['delete']>().toHaveProperty('mutate');
    expectTypeOf<Client['executions']['events']>().toHaveProperty('subscribe');
    expectTypeOf<Client['executions']['events']>().not.toHaveProperty('query');
    type Events = Answered['executions']['events'] extends AsyncIterable<infer E> ? E : never;
    expectTypeOf<Events['type']>().toEqualTypeOf<z.output<typeof ExecutionEvent>['type']>();
  });
  it('know every entity and verb, and no other', () => {
    expectTypeOf<keyof Given>().toEqualTypeOf<keyof typeof table | 'sync'>();
    expectTypeOf<keyof Given['tasks']>().toEqualTypeOf<keyof typeof table.tasks>();
    expectTypeOf<Client['tasks']>().not.toHaveProperty('lsit');
  });
});
