/**
 * Reads RSS 2.0, RSS 1.0 and Atom feeds and writes one digest of what is new, newest first. A feed that fails is reported
 * and the others go on; the task fails only when every feed does.
 */
export default async function main(input, context) {
  const { feeds, since = null, limit = 20, title = 'News' } = input;
  const newerThan = since === null ? Number.NEGATIVE_INFINITY : Date.parse(since);

  const answers = await Promise.all(
    feeds.map(async (url) => {
      try {
        return { url, ...parseFeed(await read(url, context.signal)), error: null };
      } catch (error) {
        if (context.signal.aborted) throw error;
        context.log.warn(`${url}: ${error.message}`);
        return { url, title: null, items: [], error: error.message };
      }
    }),
  );
  const problems = answers.filter((feed) => feed.error !== null).map(({ url, error }) => ({ url, error }));
  if (problems.length === feeds.length) throw new DataError(`No feed could be read: ${problems[0].error}`);

  const seen = new Set();
  const items = answers
    .flatMap((feed) => feed.items.map((item) => ({ ...item, feed: feed.title ?? feed.url })))
    // Without a date an item cannot be called old.
    .filter((item) => item.published === null || Date.parse(item.published) > newerThan)
    .filter((item) => !seen.has(item.id) && seen.add(item.id))
    .sort((a, b) => (Date.parse(b.published ?? '') || 0) - (Date.parse(a.published ?? '') || 0))
    .slice(0, limit);

  return { count: items.length, items, markdown: digest(title, items), problems };
}

async function read(url, signal) {
  const response = await fetch(url, { headers: { accept: 'application/atom+xml, application/rss+xml, text/xml' }, signal });
  if (!response.ok) throw new DataError(`The server answered ${response.status}.`);
  return response.text();
}

/** A feed's title and items. Tags are looked for by local name, so that prefixes and order do not matter. */
function parseFeed(xml) {
  const text = xml.replace(/^\uFEFF/, '').replace(/<!--[\s\S]*?-->/g, '');
  if (!/<(?:\w+:)?(?:rss|feed|RDF)[\s>]/.test(text)) throw new DataError('This is not an RSS or Atom feed.');
  const blocks = elements(text, 'item').concat(elements(text, 'entry'));
  const outside = blocks.reduce((rest, block) => rest.replace(block.whole, ''), text);
  return { title: content(outside, 'title'), items: blocks.map(({ inner }) => itemOf(inner)) };
}

function itemOf(block) {
  const title = content(block, 'title') ?? '(untitled)';
  const link = linkOf(block);
  const date = ['pubDate', 'published', 'updated', 'date'].map((tag) => content(block, tag)).find((found) => found !== null);
  const time = Date.parse(date ?? '');
  const summary = plain(content(block, 'description') ?? content(block, 'summary') ?? content(block, 'content') ?? '');
  return {
    id: content(block, 'guid') ?? content(block, 'id') ?? link ?? title,
    title: plain(title),
    link,
    published: Number.isNaN(time) ? null : new Date(time).toISOString(),
    summary: summary.length > 280 ? `${summary.slice(0, 279).trimEnd()}…` : summary,
  };
}

/** RSS has the address between the tags; Atom has it in an attribute, and of several links means the alternate one. */
function linkOf(block) {
  const links = elements(block, 'link').map(({ attributes, inner }) => ({
    href: attribute(attributes, 'href') ?? (decode(inner).trim() || null),
    rel: attribute(attributes, 'rel') ?? 'alternate',
  }));
  const link = links.find(({ href, rel }) => href !== null && rel === 'alternate') ?? links.find(({ href }) => href !== null);
  return link && /^https?:\/\//i.test(link.href) ? link.href : null;
}

/** Every element of that name with its attributes and what stands inside; nesting of the same name does not occur in feeds. */
function elements(text, name) {
  const open = new RegExp(`<(?:[\\w-]+:)?${name}((?:\\s+[^<>]*?)?)(/?)>`, 'g');
  const found = [];
  for (let match = open.exec(text); match !== null; match = open.exec(text)) {
    const from = open.lastIndex;
    const selfClosed = match[2] === '/';
    const close = new RegExp(`</(?:[\\w-]+:)?${name}\\s*>`, 'g');
    close.lastIndex = from;
    const end = selfClosed ? null : closing(text, close, from);
    const to = end === null ? from : end.from;
    open.lastIndex = end === null ? from : end.to;
    found.push({ attributes: match[1], inner: text.slice(from, to), whole: text.slice(match.index, open.lastIndex) });
  }
  return found;
}

/** The closing tag after `from` that does not stand inside a CDATA section. */
function closing(text, close, from) {
  for (let match = close.exec(text); match !== null; match = close.exec(text)) {
    const opened = text.lastIndexOf('<![CDATA[', match.index);
    if (opened < from || text.indexOf(']]>', opened) < match.index) return { from: match.index, to: close.lastIndex };
  }
  return null;
}

function content(text, name) {
  const found = elements(text, name)[0];
  const value = found === undefined ? '' : decode(found.inner).trim();
  return value === '' ? null : value;
}

const attribute = (text, name) => {
  const match = new RegExp(`\\b${name}\\s*=\\s*("([^"]*)"|'([^']*)')`).exec(text);
  return match === null ? null : decode(match[2] ?? match[3]);
};

/** Text of XML: CDATA sections as they are, entities decoded outside of them. */
const decode = (xml) =>
  xml
    .split(/(<!\[CDATA\[[\s\S]*?\]\]>)/)
    .map((part) => (part.startsWith('<![CDATA[') ? part.slice(9, -3) : entities(part)))
    .join('');

const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', hellip: '…', ndash: '–', mdash: '—' };
const entities = (text) =>
  text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name) => {
    if (!name.startsWith('#')) return Object.hasOwn(named, name) ? named[name] : whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

/** What is left of HTML when its tags are gone. */
const plain = (html) =>
  entities(html.replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, ' ').replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();

function digest(title, items) {
  const escape = (text) => text.replace(/[\\[\]*_`<>]/g, '\\$&');
  const lines = items.map((item) => {
    const name = item.link === null ? `**${escape(item.title)}**` : `[${escape(item.title)}](<${item.link}>)`;
    const when = item.published === null ? '' : `, ${item.published.slice(0, 10)}`;
    return `- ${name} (${escape(item.feed)}${when})${item.summary ? `\n  ${escape(item.summary)}` : ''}`;
  });
  return [`# ${title}`, '', ...(lines.length > 0 ? lines : ['Nothing new.']), ''].join('\n');
}
