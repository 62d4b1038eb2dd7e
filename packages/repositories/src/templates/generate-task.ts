import type { Rights } from '@ratchet/contract/access';
import type { Actor } from '@ratchet/contract/dispatcher';
import { type Issue, notFound } from '@ratchet/contract/errors';
import type { Json } from '@ratchet/contract/json';
import type { Output, Parsed } from '@ratchet/contract/operation';
import type { templates } from '@ratchet/contract/operations/templates';
import { newId } from '@ratchet/store/id';
import { createTaskFiles } from '@ratchet/sync/kinds/task/create-task-files';
import type { NewTask } from '@ratchet/sync/kinds/task/fields';
import type { TaskEditor } from '../task-editor.ts';
import { invalid } from '../task-store.ts';
import { derivedFrom, fillCode, fillFile, fillJson, valuesOf } from './render.ts';
import type { JsonRecord, Language, Template } from './template.ts';

type Request = Parsed<(typeof templates)['generate']>;
type Generated = Output<(typeof templates)['generate']>;

export interface TemplateDependencies {
  readonly templates: ReadonlyMap<string, Template>;
  /** What keeps a value from fitting a JSON Schema. */
  readonly validate: (schema: unknown, value: unknown) => readonly Issue[];
  readonly editor: Pick<TaskEditor, 'create'>;
  readonly now: () => Date;
}

export type TemplateDesk = ReturnType<typeof templateDesk>;

/** Makes tasks of templates. */
export function templateDesk({ templates: known, validate, editor, now }: TemplateDependencies) {
  return {
    list: (): Output<(typeof templates)['list']> => ({
      items: [...known.values()].map((template) => ({
        name: template.name,
        label: template.label,
        description: template.description,
        parameters: template.parameters as Record<string, Json>,
        files: ['metadata.json', 'main.js', ...template.files.keys()].sort(),
      })),
    }),

    async generate(request: Request, actor: Actor, rights?: Rights): Promise<Generated> {
      const template = known.get(request.name);
      if (!template) throw notFound('template', request.name);
      const issues = validate(template.parameters, request.parameters);
      if (issues.length > 0)
        throw invalid(
          issues.map(({ path, message }) => ({ path: path ? `parameters.${path}` : 'parameters', message })),
        );
      const { task, files, parameters } = fill(template, request);
      const made = createTaskFiles({ ...task, uuid: newId() }, now());
      const all = new Map([...made, ...files]);
      const stored = request.create
        ? await editor.create(
            { ...task, files, repositoryId: request.repositoryId, repositoryPath: request.repositoryPath },
            actor,
            rights,
          )
        : null;
      return {
        template: template.name,
        name: request.taskName,
        files: [...all]
          .map(([path, bytes]) => ({ path, content: Buffer.from(bytes).toString('utf8') }))
          .sort((a, b) => (a.path < b.path ? -1 : 1)),
        parameters: { ...parameters },
        task: stored,
      };
    },
  };
}

/** A template's task and its further files, with parameters that fit its schema. */
export function fill(
  template: Template,
  request: {
    readonly taskName: string;
    readonly description?: string | undefined;
    readonly sourceType: Language;
    readonly parameters: JsonRecord;
  },
): { task: Omit<NewTask, 'uuid'>; files: ReadonlyMap<string, Uint8Array>; parameters: JsonRecord } {
  const parameters = valuesOf(template, request.parameters);
  const description = request.description ?? template.description;
  const values = { ...derivedFrom(parameters), task_name: request.taskName, task_description: description };
  const files = new Map(
    [...template.files].map(([path, text]) => [path, Buffer.from(fillFile(path, text, values), 'utf8')]),
  );
  const task = {
    name: request.taskName,
    description,
    version: '1.0.0',
    sourceCode: fillCode(template.code[request.sourceType], values),
    sourceType: request.sourceType,
    metadata: fillJson({ ...template.metadata }, values) as JsonRecord,
  };
  return { task, files, parameters };
}
