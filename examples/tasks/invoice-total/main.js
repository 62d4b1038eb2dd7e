/**
 * Adds up an invoice in whole cents and checks it against what it says of itself. Amounts are decimal texts or numbers
 * with at most two places; nothing is ever added as a binary fraction.
 */
function main(input) {
  const { lines, discountPercent = '0', statedTotal = null } = input;
  const problems = [];

  const priced = lines.map((line, i) => {
    const at = `lines[${i}]`;
    const quantity = decimal(line.quantity, 3, `${at}.quantity`, problems);
    const unitPrice = decimal(line.unitPrice, 2, `${at}.unitPrice`, problems);
    const taxPercent = decimal(line.taxPercent ?? '0', 2, `${at}.taxPercent`, problems);
    if (quantity !== null && quantity <= 0n) problems.push({ path: `${at}.quantity`, message: 'must be more than zero.' });
    if (taxPercent !== null && (taxPercent < 0n || taxPercent > 10_000n))
      problems.push({ path: `${at}.taxPercent`, message: 'must be from 0 to 100.' });
    return { description: line.description, quantity, unitPrice, taxPercent };
  });
  const discount = decimal(discountPercent, 2, 'discountPercent', problems);
  if (discount !== null && (discount < 0n || discount > 10_000n))
    problems.push({ path: 'discountPercent', message: 'must be from 0 to 100.' });
  const stated = statedTotal === null ? null : decimal(statedTotal, 2, 'statedTotal', problems);
  if (problems.length > 0) return { valid: false, problems, net: null, discount: null, taxes: [], total: null };

  const nets = priced.map((line) => rounded(line.quantity * line.unitPrice, 1000n));
  const reduced = nets.map((net) => net - rounded(net * discount, 10_000n));
  // Tax is rounded once per rate, as a tax statement does, not once per line.
  const byRate = new Map();
  priced.forEach((line, i) => {
    byRate.set(line.taxPercent, (byRate.get(line.taxPercent) ?? 0n) + reduced[i]);
  });
  const taxes = [...byRate]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([rate, base]) => ({ rate, base, amount: rounded(base * rate, 10_000n) }));

  const net = sum(nets);
  const total = sum(reduced) + sum(taxes.map(({ amount }) => amount));
  if (stated !== null && stated !== total)
    problems.push({ path: 'statedTotal', message: `says ${money(stated)}, the lines add up to ${money(total)}.` });
  return {
    valid: problems.length === 0,
    problems,
    net: money(net),
    discount: money(net - sum(reduced)),
    taxes: taxes.map(({ rate, base, amount }) => ({ percent: money(rate), base: money(base), amount: money(amount) })),
    total: money(total),
  };
}

/** A decimal as a whole number of its smallest place; null, and a problem, when it has more places or is no number. */
function decimal(value, places, path, problems) {
  const match = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(String(value).trim());
  if (match === null) {
    problems.push({ path, message: `${JSON.stringify(value)} is not a decimal number such as 12.50.` });
    return null;
  }
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > places) {
    problems.push({ path, message: `has more than ${places} decimal places.` });
    return null;
  }
  const whole = BigInt(match[2] + fraction.padEnd(places, '0'));
  return match[1] === '-' ? -whole : whole;
}

/** Half away from zero, the rule of invoices. */
function rounded(value, by) {
  const half = by / 2n;
  return value < 0n ? -((-value + half) / by) : (value + half) / by;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0n);
}

function money(cents) {
  const text = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${text.slice(0, -2)}.${text.slice(-2)}`;
}

module.exports = { main };
