/**
 * Compares two JSON values and answers a JSON Patch (RFC 6902) that turns the first into the second, with a count of what
 * changed. Objects are compared by member, arrays by position after their equal beginning and end are set aside.
 */
(function main(input) {
  const { before, after, ignore = [] } = input;
  const ignored = new Set(ignore);
  const patch = [];

  compare(before, after, '');
  const count = (op) => patch.filter((step) => step.op === op).length;
  return {
    equal: patch.length === 0,
    patch,
    summary: { added: count('add'), removed: count('remove'), replaced: count('replace') },
  };

  function compare(a, b, path) {
    if (ignored.has(path) || same(a, b)) return;
    if (isObject(a) && isObject(b)) compareObjects(a, b, path);
    else if (Array.isArray(a) && Array.isArray(b)) compareArrays(a, b, path);
    else patch.push({ op: 'replace', path, value: b });
  }

  function compareObjects(a, b, path) {
    for (const key of Object.keys(a)) {
      const at = `${path}/${escape(key)}`;
      if (Object.hasOwn(b, key)) compare(a[key], b[key], at);
      else if (!ignored.has(at)) patch.push({ op: 'remove', path: at });
    }
    for (const key of Object.keys(b)) {
      const at = `${path}/${escape(key)}`;
      if (!Object.hasOwn(a, key) && !ignored.has(at)) patch.push({ op: 'add', path: at, value: b[key] });
    }
  }

  function compareArrays(a, b, path) {
    const shorter = Math.min(a.length, b.length);
    let start = 0;
    while (start < shorter && same(a[start], b[start])) start += 1;
    let tail = 0;
    while (tail < shorter - start && same(a[a.length - 1 - tail], b[b.length - 1 - tail])) tail += 1;

    const endA = a.length - tail;
    const endB = b.length - tail;
    const paired = Math.min(endA, endB);
    for (let i = start; i < paired; i += 1) compare(a[i], b[i], `${path}/${i}`);
    // From the end, so that no removal moves what is still to be removed.
    for (let i = endA - 1; i >= paired; i -= 1) patch.push({ op: 'remove', path: `${path}/${i}` });
    for (let i = paired; i < endB; i += 1) patch.push({ op: 'add', path: `${path}/${i}`, value: b[i] });
  }

  function same(a, b) {
    if (a === b) return true;
    if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
    if (!isObject(a) || !isObject(b)) return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
  }

  function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  }

  function escape(key) {
    return key.replaceAll('~', '~0').replaceAll('/', '~1');
  }
});
