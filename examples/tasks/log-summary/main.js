/** Counts the lines of a log by level; messages that differ only in numbers are one. */
function main(input) {
  const { content, pattern = '^\\S+ (?<level>[A-Z]+) (?<message>.*)$', top = 3 } = input;
  const shape = new RegExp(pattern);
  const lines = content.split(/\r?\n/).filter((line) => line.trim() !== '');
  const levels = {};
  const messages = new Map();
  let unread = 0;
  for (const line of lines) {
    const groups = shape.exec(line)?.groups;
    if (!groups || groups.message === undefined) {
      unread += 1;
      continue;
    }
    const level = groups.level ?? 'UNKNOWN';
    levels[level] = (levels[level] ?? 0) + 1;
    const message = groups.message.replace(/\d+/g, '#');
    messages.set(message, (messages.get(message) ?? 0) + 1);
  }
  const frequent = [...messages].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, top);
  return { lines: lines.length, unread, levels, frequent: frequent.map(([message, count]) => ({ message, count })) };
}
