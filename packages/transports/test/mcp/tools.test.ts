import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';
import { fullRights, type Rights } from '@ratchet/contract/access';
import { operations } from '@ratchet/contract/operations/table';
import { describe, expect, it } from 'vitest';
import { snakeCase } from '../../src/mcp/snake-case.ts';
import { aliasOf } from '../../src/mcp/tool-schema.ts';
import { maySee, toolsOf } from '../../src/mcp/tools.ts';

const tools = toolsOf(operations);
const byName = new Map(tools.map(({ tool }) => [tool.name, tool]));

/** Every tool the specification names; list_specs and sync_spec come with OpenSpec documents. */
const named = `execute_task, batch_execute, get_execution_status, get_execution_logs, get_execution_trace,
  analyze_execution_error, list_available_tasks, list_executions, list_jobs, list_schedules, create_task, validate_task,
  debug_task_execution, run_task_tests, create_task_version, edit_task, delete_task, import_tasks, export_tasks,
  generate_from_template, list_templates, store_result, get_results, discover_tasks, sync_registry, registry_health,
  get_developer_endpoint_reference, get_developer_integration_guide, get_developer_guide_walkthrough,
  get_task_with_source, update_task, update_task_source, push_task_to_repository, push_all_pending, push_status,
  assign_task_repository, list_repositories, get_repository, create_repository, update_repository, delete_repository,
  sync_repository, plan_repository_sync, push_repository_changes, test_repository_connection, set_default_repository,
  list_conflicts, get_conflict, resolve_conflict, create_job, cancel_job, retry_job, create_schedule, update_schedule,
  delete_schedule, trigger_schedule`
  .split(',')
  .map((name) => `ratchet_${name.trim()}`);

describe('tools', () => {
  it.each(named)('has %s', (name) => {
    expect(byName.has(name)).toBe(true);
  });

  it('are as many as operations that are not excused, each under a name of its own', () => {
    expect(tools.length).toBe(operations.filter((one) => !one.excused?.mcp).length);
    expect(byName.size).toBe(tools.length);
    for (const name of byName.keys()) expect(name).toMatch(/^ratchet_[a-z0-9_]{1,55}$/);
  });

  it.each(tools.map((one) => [one.tool.name, one] as const))('%s is described whole', (_name, { operation, tool }) => {
    expect(tool.description?.length).toBeGreaterThan(5);
    expect(tool.annotations).toMatchObject({
      readOnlyHint: operation.effect === 'read',
      destructiveHint: operation.effect === 'destructive',
    });
    expect('confirm' in (tool.inputSchema.properties ?? {})).toBe(operation.effect === 'destructive');
    for (const schema of [tool.inputSchema, tool.outputSchema]) {
      expect(schema?.type).toBe('object');
      // Throws where the schema is none.
      new AjvJsonSchemaValidator().getValidator(schema as object);
    }
    for (const name of Object.keys(tool.inputSchema.properties ?? {})) expect(name).toBe(snakeCase(name));
    const alias = aliasOf(operation);
    if (alias) {
      expect(Object.keys(tool.inputSchema.properties ?? {})).toContain(alias.argument);
      const members = Object.keys((operation.input as unknown as { shape: object }).shape).map(snakeCase);
      expect(members, 'another member may not mean the same').not.toContain(alias.argument);
    }
  });
});

describe('what a caller sees', () => {
  const seen = (rights: Rights) =>
    tools.filter(({ operation }) => maySee(rights, operation)).map(({ tool }) => tool.name);
  const key = { repositoryIds: null, taskPatterns: null, tools: null, maxConcurrency: null };

  it('is everything with full rights', () => {
    expect(seen(fullRights)).toHaveLength(tools.length);
  });
  it('is what reads, for a reader', () => {
    const names = seen({ ...fullRights, role: 'readonly', permissions: ['read'] });
    expect(names).toContain('ratchet_list_available_tasks');
    expect(names).not.toContain('ratchet_execute_task');
    expect(names).not.toContain('ratchet_list_users');
  });
  it('is what the patterns of a key let through', () => {
    const names = seen({ ...fullRights, key: { ...key, tools: ['ratchet_list_*', 'ratchet_execute_task'] } });
    expect(names).toContain('ratchet_execute_task');
    expect(names).not.toContain('ratchet_delete_task');
    expect(names.every((name) => name.startsWith('ratchet_list_') || name === 'ratchet_execute_task')).toBe(true);
  });
  it('is nothing but what is public without any permission', () => {
    expect(seen({ ...fullRights, permissions: [] })).toEqual(['ratchet_health']);
  });
  it('is nothing where no grant gives the permission anywhere', () => {
    expect(seen({ ...fullRights, grants: [] })).not.toContain('ratchet_list_available_tasks');
  });
});
