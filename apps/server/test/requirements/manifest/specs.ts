import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { Requirement } from '../requirement.ts';
import { nobody, type World } from '../world.ts';

const tasks = '## 1. Build\n\n- [ ] 1.1 The form\n- [ ] 1.2 The mail\n';
const proposal =
  '# Change: Add login\n\n## Why\n\nNobody can sign in to the shop, so that nobody can see the orders of last year.\n\n## What Changes\n\n- A form\n';
const delta =
  '## ADDED Requirements\n\n### Requirement: Sign in\n\nThe shop SHALL let customers sign in.\n\n#### Scenario: Known\n\n- **WHEN** the password fits\n- **THEN** the orders are shown\n';

/** A project with one change in its folder, registered and not watched. */
async function newProject(world: World, settings: { isWritable?: boolean } = {}) {
  const root = join(world.folder(), 'shop');
  const place = (path: string) => join(root, 'openspec', path);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(place(path)), { recursive: true });
    writeFileSync(place(path), text);
  };
  const at = 'changes/add-login';
  write(`${at}/proposal.md`, proposal);
  write(`${at}/tasks.md`, tasks);
  write(`${at}/specs/login/spec.md`, delta);
  const name = world.unique('shop');
  const project = await world.call('projects.create', { name, path: root, syncEnabled: false, ...settings });
  const read = (path: string) => readFileSync(place(path), 'utf8');
  return { root, name, at, project, place, write, read, id: `${name}/add-login` };
}

/** A change whose tasks were changed on both sides. */
async function disputed(world: World) {
  const made = await newProject(world, { isWritable: false });
  const { call } = world;
  await call('specs.update', { id: made.id, tasksContent: tasks.replace('The form', 'My form') });
  await call('projects.update', { id: made.project.id, isWritable: true });
  made.write(`${made.at}/tasks.md`, tasks.replace('The form', 'Their form'));
  const result = await call('specs.sync', { projectId: made.project.id });
  return { ...made, result };
}

export const specRequirements: readonly Requirement[] = [
  {
    id: 'projects.kept',
    says: 'A project is registered by its folder, shown, changed and forgotten, and its folder stays',
    cites: ['projects.create', 'projects.list', 'projects.get', 'projects.update', 'projects.delete'],
    async run(world) {
      const { call, refused } = world;
      const { project, name, root, place } = await newProject(world);
      expect(project).toMatchObject({ name, path: root, specCount: 1, archivedCount: 0, syncStatus: 'success' });
      const named = { filters: [{ field: 'name', op: 'eq' as const, value: name }] };
      expect((await call('projects.list', named)).items).toEqual([await call('projects.get', { id: project.id })]);
      const again = { name: world.unique('twin'), path: root };
      expect((await refused('projects.create', again)).code).toBe('ALREADY_EXISTS');
      const nowhere = { name: world.unique('nowhere'), path: world.folder() };
      expect(await refused('projects.create', nowhere)).toMatchObject({ code: 'VALIDATION_FAILED' });
      const changed = await call('projects.update', { id: project.id, conflictPolicy: 'merge', expectedRevision: 1 });
      expect(changed).toMatchObject({ conflictPolicy: 'merge', revision: 2, name });
      const late = { id: project.id, conflictPolicy: 'manual', expectedRevision: 1 };
      expect((await refused('projects.update', late)).code).toBe('REVISION_MISMATCH');
      expect((await refused('projects.get', { id: nobody })).code).toBe('NOT_FOUND');
      await call('projects.delete', { id: project.id });
      expect((await refused('projects.get', { id: project.id })).code).toBe('NOT_FOUND');
      expect(existsSync(place('changes/add-login/tasks.md'))).toBe(true);
    },
  },
  {
    id: 'specs.read',
    says: 'A change is found by project and folder, by its document, and in lists, with its parts as they stand in its files',
    cites: ['specs.list', 'specs.get'],
    async run(world) {
      const { call, refused } = world;
      const { project, id } = await newProject(world);
      const filters = [{ field: 'projectId', op: 'eq' as const, value: project.id }];
      const { items } = await call('specs.list', { filters });
      const spec = await call('specs.get', { id });
      expect(items).toEqual([spec]);
      expect(spec).toMatchObject({
        id: 'add-login',
        specId: id,
        title: 'Add login',
        status: 'in_progress',
        archived: false,
        proposalContent: proposal,
        tasksContent: tasks,
        designContent: null,
        taskCounts: { total: 2, done: 0 },
        syncStatus: 'synced',
        revision: 1,
      });
      expect(spec.why).toContain('Nobody can sign in');
      expect(spec.tasks.map(({ number, text, group }) => [number, text, group])).toEqual([
        ['1.1', 'The form', '1. Build'],
        ['1.2', 'The mail', '1. Build'],
      ]);
      expect(spec.deltas).toMatchObject([{ capability: 'login', operation: 'added', requirement: 'Sign in' }]);
      expect(await call('specs.get', { id: spec.documentId })).toEqual(spec);
      expect((await refused('specs.get', { id: `${id}-not` })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'specs.tasks',
    says: 'Tasks are ticked, added and removed in the file itself, and nothing else of it changes',
    cites: ['specs.updateTask', 'specs.addTask', 'specs.removeTask'],
    async run(world) {
      const { call, refused } = world;
      const { id, at, read } = await newProject(world);
      const ticked = await call('specs.updateTask', { id, n: 0, done: true, expectedRevision: 1 });
      expect(ticked).toMatchObject({ revision: 2, taskCounts: { total: 2, done: 1 } });
      expect(read(`${at}/tasks.md`)).toBe(tasks.replace('[ ] 1.1', '[x] 1.1'));
      const other = { id, n: 1, done: true, expectedText: 'Something else' };
      expect((await refused('specs.updateTask', other)).code).toBe('STATE_CONFLICT');
      expect((await refused('specs.updateTask', { id, n: 7, done: true })).code).toBe('NOT_FOUND');
      await call('specs.updateTask', { id, n: 0, done: false });
      const added = await call('specs.addTask', { id, text: 'Tell the users' });
      expect(added.tasks.at(-1)).toMatchObject({ number: '1.3', text: 'Tell the users', done: false });
      await call('specs.removeTask', { id, n: 2 });
      expect(read(`${at}/tasks.md`)).toBe(tasks);
    },
  },
  {
    id: 'specs.edited',
    says: 'A change is begun, edited and deleted with its folder, and history brings any revision back',
    cites: ['specs.create', 'specs.update', 'specs.delete', 'specs.versions', 'specs.getVersion', 'specs.rollback'],
    async run(world) {
      const { call, refused } = world;
      const { project, name, place, read } = await newProject(world);
      const made = await call('specs.create', {
        projectId: project.id,
        id: 'add-search',
        tasksContent: '- [ ] find\n',
      });
      expect(made).toMatchObject({ specId: `${name}/add-search`, revision: 1, syncStatus: 'synced' });
      expect(read('changes/add-search/tasks.md')).toBe('- [ ] find\n');
      const twice = { projectId: project.id, id: 'add-search' };
      expect((await refused('specs.create', twice)).code).toBe('ALREADY_EXISTS');
      const id = made.specId;
      await call('specs.update', { id, designContent: '# Design\n', files: { 'notes/a.txt': 'a' } });
      expect(read('changes/add-search/notes/a.txt')).toBe('a');
      const wrong = { id, files: { '../out.txt': 'x' } };
      expect((await refused('specs.update', wrong)).code).toBe('VALIDATION_FAILED');
      const { items } = await call('specs.versions', { id });
      expect(items.map(({ revision }) => revision)).toEqual([2, 1]);
      expect(await call('specs.getVersion', { id, revision: 1 })).toMatchObject({
        tasksContent: '- [ ] find\n',
        designContent: null,
      });
      await call('specs.delete', { id, expectedRevision: 2 });
      expect(existsSync(place('changes/add-search'))).toBe(false);
      expect((await refused('specs.get', { id })).code).toBe('NOT_FOUND');
      const back = await call('specs.rollback', { id: made.documentId, revision: 2 });
      expect(back).toMatchObject({ specId: id, documentId: made.documentId, designContent: '# Design\n' });
      expect(read('changes/add-search/notes/a.txt')).toBe('a');
    },
  },
  {
    id: 'specs.synced',
    says: 'A sync takes over what changed in the files, and its history says what was carried, which way and why',
    cites: ['specs.sync', 'specs.syncStatus', 'specs.syncHistory'],
    async run(world) {
      const { call } = world;
      const { project, id, at, write } = await newProject(world);
      write(`${at}/tasks.md`, tasks.replaceAll('[ ]', '[x]'));
      write('changes/add-cart/proposal.md', proposal.replace('login', 'cart'));
      const result = await call('specs.sync', { projectId: project.id });
      expect(result).toMatchObject({ projects: 1, specsAdded: 1, specsUpdated: 1, conflicts: [], failures: [] });
      expect(await call('specs.get', { id })).toMatchObject({ status: 'complete', revision: 2 });
      expect(await call('specs.sync', { specId: id })).toMatchObject({ message: 'Nothing changed.' });
      expect(await call('specs.syncStatus', { projectId: project.id })).toMatchObject({
        specs: 2,
        synced: 2,
        errors: 0,
      });
      const { items } = await call('specs.syncHistory', { id });
      expect(items[0]).toMatchObject({
        specId: id,
        direction: 'fs_to_db',
        trigger: 'manual',
        status: 'success',
        filesChanged: ['tasks.md'],
        error: null,
      });
    },
  },
  {
    id: 'specs.conflict',
    says: 'What both sides changed is a conflict that names the parts, and is decided for either side while history keeps the other',
    cites: ['specs.sync', 'specs.conflicts', 'specs.resolve'],
    async run(world) {
      const { call, refused } = world;
      const { id, at, read, result } = await disputed(world);
      expect(result.conflicts).toMatchObject([{ specId: id, fields: ['tasks'] }]);
      expect((await call('specs.get', { id })).syncStatus).toBe('conflict');
      const shown = await call('specs.conflicts', { id });
      expect(shown).toMatchObject({ conflict: true, conflictId: result.conflicts[0]?.conflictId });
      expect(shown.differences).toMatchObject([{ field: 'tasks', base: tasks, conflicting: true }]);
      const resolved = await call('specs.resolve', { id, resolution: 'database_wins' });
      expect(resolved).toMatchObject({ syncStatus: 'synced', conflictId: null });
      expect(read(`${at}/tasks.md`)).toContain('My form');
      const texts = (await call('specs.versions', { id })).items.map(({ tasksContent }) => tasksContent);
      expect(texts.some((text) => text?.includes('Their form'))).toBe(true);
      const twice = { id, resolution: 'filesystem_wins' };
      expect((await refused('specs.resolve', twice)).code).toBe('STATE_CONFLICT');
    },
  },
  {
    id: 'specs.forced',
    says: 'A sync with a direction lets that side win, conflicts included',
    cites: ['specs.sync'],
    async run(world) {
      const { call } = world;
      const one = await disputed(world);
      await call('specs.sync', { specId: one.id, direction: 'fs_to_db' });
      expect((await call('specs.get', { id: one.id })).tasksContent).toContain('Their form');
      const two = await disputed(world);
      await call('specs.sync', { projectId: two.project.id, direction: 'db_to_fs' });
      expect(two.read(`${two.at}/tasks.md`)).toContain('My form');
      const texts = (await call('specs.versions', { id: two.id })).items.map(({ tasksContent }) => tasksContent);
      expect(texts.some((text) => text?.includes('Their form'))).toBe(true);
    },
  },
  {
    id: 'specs.archive',
    says: 'A change that is done is judged and moves to the archive with its history, and its specs become the project’s',
    cites: ['specs.archive', 'specs.validate'],
    async run(world) {
      const { call, refused } = world;
      const { id, place, read } = await newProject(world);
      const { documentId } = await call('specs.get', { id });
      expect(await call('specs.validate', { id })).toMatchObject({ specId: id, valid: true });
      expect((await refused('specs.archive', { id })).code).toBe('STATE_CONFLICT');
      const archived = await call('specs.archive', { id, force: true });
      expect(archived).toMatchObject({ documentId, archived: true, status: 'archived', syncStatus: 'synced' });
      expect(read(`changes/archive/${archived.id}/tasks.md`)).toBe(tasks);
      expect(existsSync(place('changes/add-login'))).toBe(false);
      expect(read('specs/login/spec.md')).toContain('The shop SHALL let customers sign in.');
      expect((await call('specs.versions', { id: documentId })).items).toHaveLength(2);
    },
  },
  {
    id: 'specs.events',
    says: 'Syncs are heard of as they happen, with what they are about',
    cites: ['specs.events', 'specs.sync'],
    async run(world) {
      const { call } = world;
      const { project, id, at, write } = await newProject(world);
      let n = 0;
      const event = await world.follow('specs.events', { projectId: project.id }).first(
        ({ specId }) => specId === id,
        async () => {
          write(`${at}/design.md`, `# Design ${++n}\n`);
          await call('specs.sync', { projectId: project.id });
        },
      );
      expect(event).toMatchObject({ type: 'sync_completed', direction: 'fs_to_db', trigger: 'manual', success: true });
    },
  },
];
