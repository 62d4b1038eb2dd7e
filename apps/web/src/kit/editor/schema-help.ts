import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { jsonLanguage, jsonParseLinter } from '@codemirror/lang-json';
import { syntaxTree } from '@codemirror/language';
import { linter } from '@codemirror/lint';
import type { EditorState, Extension } from '@codemirror/state';
import { type EditorView, hoverTooltip } from '@codemirror/view';
import { descriptionOf, namesOf, schemasAt, valuesOf } from './schema-walk.ts';

type Node = ReturnType<ReturnType<typeof syntaxTree>['resolveInner']>;

const scalars = new Set(['String', 'Number', 'True', 'False', 'Null']);
const values = new Set([...scalars, 'Object', 'Array']);

/** Completion and descriptions of a JSON text by its schema, which is asked each time. */
export function schemaHelp(schema: () => object | null): Extension {
  return [
    jsonLanguage.data.of({ autocomplete: (context: CompletionContext) => complete(context, schema()) }),
    hoverTooltip((view, at) => {
      const root = schema();
      const node = root && placeOf(syntaxTree(view.state).resolveInner(at, 1));
      if (!root || !node) return null;
      const said = descriptionOf(schemasAt(root, stepsTo(view.state, node)));
      if (said === '') return null;
      return {
        pos: node.from,
        end: node.to,
        above: true,
        create: () => {
          const dom = document.createElement('div');
          dom.className = 'cm-schema-hover';
          dom.style.whiteSpace = 'pre-line';
          dom.textContent = said;
          return { dom };
        },
      };
    }),
  ];
}

const parse = jsonParseLinter();

/** Marks where a text stops being JSON; an empty one is not begun yet. */
export const syntaxCheck: Extension = linter((view) => (/\S/.test(view.state.sliceDoc(0, 1000)) ? parse(view) : []));

/** The name or the scalar that a place is in. */
const placeOf = (node: Node): Node | null => (node.name === 'PropertyName' || scalars.has(node.name) ? node : null);

/** The steps from the root to the value that a node is, is in, or names. */
function stepsTo(state: EditorState, node: Node): string[] {
  const steps: string[] = [];
  for (let at: Node | null = node; at; at = at.parent) {
    const parent: Node | null = at.parent;
    if (at.name === 'Property') {
      const name = at.getChild('PropertyName');
      if (name) steps.unshift(nameOf(state, name));
    } else if (parent?.name === 'Array' && values.has(at.name)) {
      let index = 0;
      for (let before = at.prevSibling; before; before = before.prevSibling) if (values.has(before.name)) index++;
      steps.unshift(String(index));
    }
  }
  return steps;
}

function nameOf(state: EditorState, node: Node): string {
  const text = state.sliceDoc(node.from, node.to);
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.replace(/^"|"$/g, '');
  }
}

function complete(context: CompletionContext, root: object | null): CompletionResult | null {
  if (!root) return null;
  const { state, pos } = context;
  const inner = syntaxTree(state).resolveInner(pos, -1);
  const place = placeOf(inner);
  const property = up(inner, 'Property');
  const name = property?.getChild('PropertyName');
  const afterName = name && pos > name.to && state.sliceDoc(name.to, pos).includes(':');
  const container = up(inner, 'Object', 'Array');
  const inProperty = property && container && property.from > container.from;
  if (place && place.name !== 'PropertyName') return valuesAt(root, stepsTo(state, place), place.from);
  if (inProperty && afterName) return valuesAt(root, stepsTo(state, property), pos);
  if (container?.name === 'Array' && context.explicit) {
    let index = 0;
    for (let child = container.firstChild; child && child.to <= pos; child = child.nextSibling)
      if (values.has(child.name)) index++;
    return valuesAt(root, [...stepsTo(state, container), String(index)], pos);
  }
  if (container?.name !== 'Object' || (!place && !context.explicit)) return null;
  return namesAt(context, root, container, place);
}

function up(node: Node, ...names: readonly string[]): Node | null {
  let at: Node | null = node;
  while (at && !names.includes(at.name)) at = at.parent;
  return at;
}

function namesAt({ state, pos }: CompletionContext, root: object, object: Node, place: Node | null) {
  const taken = new Set(
    object
      .getChildren('Property')
      .map((property) => property.getChild('PropertyName'))
      .filter((name) => name && name.from !== place?.from)
      .map((name) => (name ? nameOf(state, name) : '')),
  );
  const options = namesOf(schemasAt(root, stepsTo(state, object)))
    .filter(({ name }) => !taken.has(name))
    .map(
      ({ name, required, type, description }): Completion => ({
        label: name,
        type: 'property',
        boost: required ? 1 : 0,
        ...(type || required ? { detail: [type, required ? 'required' : ''].filter(Boolean).join(', ') } : {}),
        ...(description ? { info: description } : {}),
        apply: (view, _completion, from, to) => putName(view, name, place ? from - 1 : from, to),
      }),
    );
  return options.length === 0 ? null : { from: place ? place.from + 1 : pos, options, validFor: /^[^"]*$/ };
}

/** Writes a name in quotes, and a colon unless one follows. */
function putName(view: EditorView, name: string, from: number, to: number): void {
  const { doc } = view.state;
  const end = doc.sliceString(to, to + 1) === '"' ? to + 1 : to;
  const colon = /^\s*:/.test(doc.sliceString(end, end + 20)) ? '' : ': ';
  const insert = JSON.stringify(name) + colon;
  view.dispatch({
    changes: { from, to: end, insert },
    selection: { anchor: from + insert.length },
    userEvent: 'input.complete',
  });
}

function valuesAt(root: object, steps: readonly string[], from: number) {
  const options = valuesOf(schemasAt(root, steps)).map(
    ({ text, description }): Completion => ({
      label: text,
      type: 'enum',
      ...(description ? { info: description } : {}),
      apply: (view, _completion, start, to) => {
        const quoted = view.state.sliceDoc(to, to + 1) === '"' && view.state.sliceDoc(start, start + 1) === '"';
        view.dispatch({
          changes: { from: start, to: quoted ? to + 1 : to, insert: text },
          selection: { anchor: start + text.length },
          userEvent: 'input.complete',
        });
      },
    }),
  );
  return options.length === 0 ? null : { from, options, validFor: /^[\w".-]*$/ };
}
