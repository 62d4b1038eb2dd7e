export type Schema = boolean | { readonly [keyword: string]: unknown };

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isSchema = (value: unknown): value is Schema => typeof value === 'boolean' || isRecord(value);

/** What a `$ref` within the document names: a pointer or an anchor. Undefined for what is elsewhere or missing. */
export function resolveRef(ref: string, root: Schema): Schema | undefined {
  if (!isRecord(root)) return undefined;
  const at = ref.indexOf('#');
  const document = at === -1 ? ref : ref.slice(0, at);
  if (document !== '' && document !== root.$id) return undefined;
  const fragment = at === -1 ? '' : ref.slice(at + 1);
  if (fragment === '') return root;
  if (!fragment.startsWith('/')) return findAnchor(fragment, root);
  let here: unknown = root;
  for (const part of fragment.slice(1).split('/')) {
    const name = decoded(part);
    if (Array.isArray(here)) here = here[Number(name)];
    else if (isRecord(here) && Object.hasOwn(here, name)) here = here[name];
    else return undefined;
  }
  return isSchema(here) ? here : undefined;
}

function decoded(part: string): string {
  const plain = part.replaceAll('~1', '/').replaceAll('~0', '~');
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

function findAnchor(name: string, root: Record<string, unknown>): Schema | undefined {
  for (const holder of [root.$defs, root.definitions]) {
    if (!isRecord(holder)) continue;
    for (const schema of Object.values(holder))
      if (isRecord(schema) && (schema.$anchor === name || schema.$dynamicAnchor === name || schema.$id === `#${name}`))
        return schema;
  }
  return undefined;
}
