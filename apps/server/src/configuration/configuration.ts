import * as z from 'zod';
import { auth } from './sections/auth.ts';
import { database } from './sections/database.ts';
import { openspec } from './sections/openspec.ts';
import { logging, observability, retention } from './sections/operation.ts';
import { registry } from './sections/registry.ts';
import { security } from './sections/security.ts';
import { server } from './sections/server.ts';
import { graphql, mcp } from './sections/surfaces.ts';
import { execution, http, output, queue, schedules } from './sections/work.ts';

/**
 * How a server is configured: sections of settings, each with its type, default and description. The reader of files and
 * variables, the JSON Schema, the reference and what `config` commands show all follow from it.
 */
export const Configuration = z.strictObject({
  server,
  database,
  auth,
  security,
  registry,
  openspec,
  execution,
  queue,
  schedules,
  output,
  http,
  graphql,
  mcp,
  logging,
  observability,
  retention,
});

export type Configuration = z.output<typeof Configuration>;
