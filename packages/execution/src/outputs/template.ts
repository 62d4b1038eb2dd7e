import Handlebars from 'handlebars';
import { DeliveryError, unfit } from './delivery-error.ts';
import { type TemplateUse, type Variables, variableNames, written } from './template-values.ts';

type Ast = ReturnType<typeof Handlebars.parse>;
type Statement = Ast['body'][number];
type Path = { type: string; original: string; parts: string[]; data: boolean; depth: number };
type Call = { path: Path; params: Path[]; hash?: { pairs: unknown[] } };
type Block = Call & { program?: Ast; inverse?: Ast };

/** What is wrong with a template; the message is for whoever writes it. */
class TemplateFault extends Error {}

const blocks = ['if', 'unless', 'each', 'with'];
const loopData = ['index', 'key', 'first', 'last'];
/** Names that every object has of its own kind. */
const inherited = new Set(Object.getOwnPropertyNames(Object.prototype));

interface Scope {
  readonly use: TemplateUse;
  readonly secrets: readonly string[];
  /** Inside `each` or `with`: plain names are members of what they go over. */
  readonly inner: boolean;
  readonly found: (path: readonly string[], as: 'value' | 'list' | 'object') => void;
}

function parse(text: string): Ast {
  try {
    return Handlebars.parse(text);
  } catch (error) {
    // Lines and an arrow; the first line and what was expected say it.
    const lines = (error as Error).message.split('\n').filter((line) => !/^[-.]*\^/.test(line));
    throw new TemplateFault(`is not a template: ${lines.join(' ').slice(0, 300)}`);
  }
}

const said = (names: readonly string[]): string => names.map((name) => `{{${name}}}`).join(', ');

function checkRoot(parts: readonly string[], original: string, secrets: readonly string[]): void {
  const [first = '', second, ...rest] = parts;
  const known: Readonly<Record<string, readonly string[] | null>> = {
    ...variableNames,
    ...(secrets.length > 0 ? { secret: secrets } : {}),
  };
  if (first === 'output') return;
  if (!Object.hasOwn(known, first)) {
    const all = Object.entries(known).flatMap(([name, members]) => members?.map((m) => `${name}.${m}`) ?? [name]);
    throw new TemplateFault(`{{${original}}} is not known; there are ${said([...all, 'output', 'output.<member>'])}.`);
  }
  const members = known[first] ?? null;
  if (members === null ? second !== undefined : second === undefined || rest.length > 0 || !members.includes(second))
    throw new TemplateFault(
      `{{${original}}} is not known; there ${members === null ? `is {{${first}}}` : `are ${said(members.map((m) => `${first}.${m}`))}`}.`,
    );
}

function checkPath(path: Path, scope: Scope, as: 'value' | 'list' | 'object'): void {
  const { original, parts, data, depth } = path;
  if (path.type !== 'PathExpression') throw new TemplateFault(`{{${original ?? ''}}} is not a variable.`);
  if (depth > 0) throw new TemplateFault(`{{${original}}}: "../" is not possible; begin with @root.`);
  const strange = parts.find((part) => inherited.has(part));
  if (strange !== undefined) throw new TemplateFault(`{{${original}}}: ${strange} is not possible.`);
  if (data) {
    const [first = '', ...rest] = parts;
    if (first === 'root') {
      checkRoot(rest, original, scope.secrets);
      if (rest[0] === 'output') scope.found(rest.slice(1), as);
      return;
    }
    if (scope.inner && loopData.includes(first) && rest.length === 0) return;
    throw new TemplateFault(`{{${original}}} is not known here.`);
  }
  if (scope.inner) return;
  checkRoot(parts, original, scope.secrets);
  if (parts[0] === 'output') scope.found(parts.slice(1), as);
}

const literal = (text: string, loc: unknown) => ({ type: 'StringLiteral', value: text, original: text, loc });

/** Checks a program and turns each variable into a call that writes it as its place needs. */
function rewrite(program: Ast, scope: Scope): void {
  for (const statement of program.body) {
    if (statement.type === 'ContentStatement' || statement.type === 'CommentStatement') continue;
    if (statement.type === 'MustacheStatement') rewriteValue(statement, scope);
    else if (statement.type === 'BlockStatement') rewriteBlock(statement, scope);
    else throw new TemplateFault('has a partial or a decorator, of which there are none.');
  }
}

function rewriteValue(statement: Statement, scope: Scope): void {
  const call = statement as unknown as Call & { loc: unknown };
  const { original } = call.path;
  const isJson = original === 'json' && call.params.length === 1;
  if (!isJson && (call.params.length > 0 || (call.hash?.pairs.length ?? 0) > 0))
    throw new TemplateFault(`{{${original} …}}: there is no helper ${original}.`);
  const [path] = isJson ? call.params : [call.path];
  checkPath(path as Path, scope, 'value');
  const helper = parse('{{x y}}').body[0] as unknown as Call;
  call.params = [path as Path, literal((path as Path).original, call.loc) as unknown as Path];
  call.path = { ...helper.path, original: isJson ? 'json' : 'value', parts: [isJson ? 'json' : 'value'] };
}

function rewriteBlock(statement: Statement, scope: Scope): void {
  const block = statement as unknown as Block;
  const { original } = block.path;
  if (!blocks.includes(original)) throw new TemplateFault(`{{#${original}}}: there is no helper ${original}.`);
  if (scope.use !== 'text' && scope.use !== 'html')
    throw new TemplateFault(`{{#${original}}} is possible in the body of a mail only.`);
  const [subject] = block.params;
  if (!subject || block.params.length > 1) throw new TemplateFault(`{{#${original}}} goes over one variable.`);
  checkPath(subject, scope, original === 'each' ? 'list' : 'object');
  const inner = scope.inner || original === 'each' || original === 'with';
  if (block.program) rewrite(block.program, { ...scope, inner });
  if (block.inverse) rewrite(block.inverse, scope);
}

type Compiled = (variables: Variables) => string;

function compile(text: string, use: TemplateUse, secrets: readonly string[], found: Scope['found']): Compiled {
  const program = parse(text);
  rewrite(program, { use, secrets, inner: false, found });
  const handlebars = Handlebars.create();
  for (const name of Object.keys(handlebars.helpers)) if (!blocks.includes(name)) handlebars.unregisterHelper(name);
  const missing = (name: string) => unfit(`{{${name}}} has no value in this execution.`);
  handlebars.registerHelper('value', (value: unknown, name: string) => {
    if (value === undefined) throw missing(name);
    return written(value, use);
  });
  handlebars.registerHelper('json', (value: unknown, name: string) => {
    if (value === undefined) throw missing(name);
    return written(JSON.stringify(value), use);
  });
  const template = handlebars.compile<Variables>(program, {
    strict: true,
    noEscape: true,
    knownHelpersOnly: true,
    knownHelpers: { value: true, json: true },
  });
  return (variables) => template(variables);
}

const ignore = () => {};
const kept = 500;
const compiled = new Map<string, Compiled>();

/** What is wrong with a template; null: nothing. `secrets`: names that `{{secret.<name>}}` may use. */
export function templateFault(text: string, use: TemplateUse, secrets: readonly string[] = []): string | null {
  try {
    compile(text, use, secrets, ignore);
    return null;
  } catch (error) {
    if (error instanceof TemplateFault) return error.message;
    throw error;
  }
}

/** Fills a template in. Throws a final DeliveryError where the execution has no such value. */
export function render(text: string, use: TemplateUse, variables: Variables): string {
  if (!text.includes('{{')) return text;
  const key = `${use} ${text}`;
  let template = compiled.get(key);
  if (!template) {
    const secrets = Object.keys((variables.secret as object | undefined) ?? {});
    template = compile(text, use, secrets, ignore);
    compiled.set(key, template);
    for (const first of compiled.keys()) {
      if (compiled.size <= kept) break;
      compiled.delete(first);
    }
  }
  try {
    return template(variables);
  } catch (error) {
    if (error instanceof DeliveryError) throw error;
    // Where a member of what is not there is named, Handlebars fails before any helper is called.
    throw unfit(`The execution does not have all that ${JSON.stringify(text.slice(0, 200))} names.`);
  }
}

/** The members of the output that a template names, and what each has to be. */
export function outputMembers(text: string, use: TemplateUse, secrets: readonly string[] = []) {
  const members: { path: readonly string[]; as: 'value' | 'list' | 'object' }[] = [];
  compile(text, use, secrets, (path, as) => void members.push({ path, as }));
  return members;
}
