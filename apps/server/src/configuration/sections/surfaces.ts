import * as z from 'zod';
import { onOff, section, setting, texts } from '../setting.ts';

export const graphql = section('GraphQL', {
  introspection: setting(onOff(true), 'Whether the schema can be asked for'),
  max_depth: setting(z.int().min(1).max(100).default(12), 'Levels of a query, at most'),
  max_complexity: setting(
    z.int().min(1).max(10_000_000).default(5000),
    'Fields of a query, each list counted by its limit',
  ),
  max_aliases: setting(z.int().min(0).max(10_000).default(30), 'Aliases of a query, at most'),
  max_batch: setting(z.int().min(1).max(1000).default(10), 'Queries of one request, at most'),
  playground: setting(onOff(true), 'The page at /playground to try it'),
});

export const mcp = section('MCP', {
  fixtures: setting(onOff(false), 'Tools that conformance tests need, and nobody else'),
  max_concurrency: setting(z.int().min(1).max(10_000).default(16), 'Calls of one client at the same time'),
  allowed_origins: setting(texts(), 'Origins whose pages may use it'),
});
