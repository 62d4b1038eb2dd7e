/** A member of a JSON value and how it is reached. */
export interface JsonMember {
  readonly key: string;
  readonly path: string;
  readonly value: unknown;
}

/** Items of a list or members that are shown before "show all". */
export const shownMembers = 100;
/** Characters of a text that are shown before "show all". */
export const shownCharacters = 500;

const plainName = /^[A-Za-z_$][\w$]*$/;

/** The path of a member: `$.orders[0]["unit price"]`. */
export const memberPath = (path: string, key: string | number): string => {
  if (typeof key === 'number') return `${path}[${key}]`;
  return plainName.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
};

/** The members of an object or list; null for anything else. */
export function membersOf(value: unknown, path: string): readonly JsonMember[] | null {
  if (Array.isArray(value))
    return value.map((item, index) => ({ key: String(index), path: memberPath(path, index), value: item }));
  if (typeof value !== 'object' || value === null) return null;
  return Object.entries(value).map(([key, member]) => ({ key, path: memberPath(path, key), value: member }));
}

/** What a closed object or list holds: `{3 members}`, `[1 item]`. */
export function summaryOf(value: unknown): string {
  if (Array.isArray(value))
    return value.length === 0 ? '[]' : `[${value.length} ${value.length === 1 ? 'item' : 'items'}]`;
  const count = Object.keys(value as object).length;
  return count === 0 ? '{}' : `{${count} ${count === 1 ? 'member' : 'members'}}`;
}
