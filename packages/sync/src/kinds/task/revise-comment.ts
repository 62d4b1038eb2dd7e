import { readComment, type Tag } from './script-comment.ts';
import { lineEnding, type Splice, splice } from './text.ts';

/**
 * Sets or, with null, takes out tags of the leading comment; nothing else of the code changes. A value of several items
 * is one tag each. The first tag of a name is the one that is set; further ones go.
 */
export function reviseComment(code: string, changes: ReadonlyMap<string, readonly string[] | null>): string {
  const { tags, prefix } = readComment(code);
  const ending = lineEnding(code);
  const lead = prefix.slice(1);
  const lines = (text: string) =>
    text.replace(/\n(.?)/g, (_, next: string) => ending + (next === '' ? lead.trimEnd() : lead + next));
  const splices: Splice[] = [];
  const added: string[] = [];
  for (const [name, values] of changes) {
    const own = tags.filter((tag) => tag.name === name || (name === 'tag' && tag.name === 'tags'));
    const wanted = values ?? [];
    for (const [i, tag] of own.entries()) {
      const value = wanted[i];
      if (value === undefined) splices.push(removal(code, tag));
      else if (value !== tag.value || tag.name !== name)
        splices.push({ from: tag.from, to: tag.to, text: `@${name}${gapOf(code, tag)}${lines(value)}` });
    }
    for (const value of wanted.slice(own.length)) added.push(`${ending}${lead}@${name} ${lines(value)}`);
  }
  const end = tags.at(-1)?.to ?? 0;
  return splice(code, splices.concat(added.map((text) => ({ from: end, to: end, text }))));
}

const gapOf = (code: string, tag: Tag): string => /^@\S+([ \t]+)/.exec(code.slice(tag.from, tag.to))?.[1] ?? ' ';

/** The whole line of a tag, or only its text where the line also opens or ends the comment. */
function removal(code: string, tag: Tag): Splice {
  const start = code.lastIndexOf('\n', tag.from - 1) + 1;
  const end = code.indexOf('\n', tag.to);
  const before = code.slice(start, tag.from);
  const after = code.slice(tag.to, end < 0 ? code.length : end);
  const ownLines = /^[ \t]*(?:\*|\/\/+)?[ \t]*$/.test(before) && after.trim() === '' && end >= 0;
  return ownLines ? { from: start, to: end + 1, text: '' } : { from: tag.from, to: tag.to, text: '' };
}
