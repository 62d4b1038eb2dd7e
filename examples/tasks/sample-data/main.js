const first = ['Ada', 'Alan', 'Barbara', 'Edsger', 'Grace', 'Ken', 'Leslie', 'Margaret'];
const last = ['Berger', 'Diaz', 'Ito', 'Khan', 'Lund', 'Moreau', 'Novak', 'Okafor'];

/** People that do not exist; the same seed always makes the same ones. */
function main({ count = 10, seed = 1 }) {
  const random = generator(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const people = Array.from({ length: count }, (_, i) => {
    const [given, family] = [pick(first), pick(last)];
    const born = new Date(Date.UTC(1950 + Math.floor(random() * 50), Math.floor(random() * 12), 1 + Math.floor(random() * 28)));
    return {
      id: i + 1,
      name: `${given} ${family}`,
      email: `${given}.${family}${i + 1}@example.org`.toLowerCase(),
      born: born.toISOString().slice(0, 10),
    };
  });
  return { people };
}

/** mulberry32: small, and good enough for data that only has to look various. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
