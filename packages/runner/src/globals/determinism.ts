import type { DeterminismPlan, Realm } from './realm.ts';

/**
 * Gives a run a clock and a Math.random of its own, so that a replay sees what the recorded run saw. The clock moves when
 * something arrives, to the time that the arrival carries, and a hair with every look at it, so that code that waits for a
 * time in a loop still gets there. Called before any code of the task.
 */
export function installDeterminism(realm: Realm, plan: DeterminismPlan): void {
  const { floor, max } = Math;
  const RealDate = Date;
  const { construct, defineProperty } = Reflect;
  /** What one look costs, in ms. */
  const look = 0.005;
  let offset = 0;
  const now = (): number => {
    offset += look;
    return plan.clock + floor(offset);
  };
  const reach = (at: number): void => {
    offset = max(offset, at);
  };
  realm.now = now;
  realm.elapsed = () => offset;
  realm.on.at = (payload) => {
    const [at = '', event = ''] = payload.split(' ', 2);
    reach(Number(at));
    realm.on[event]?.(payload.slice(at.length + event.length + 2));
  };
  const { block } = realm;
  realm.block = (payload) => {
    const reply = block(payload);
    const space = reply.indexOf(' ');
    if (reply[0] !== '@') return reply;
    reach(Number(reply.slice(1, space)));
    return reply.slice(space + 1);
  };

  const OwnDate = new Proxy(RealDate, {
    construct: (real, values, made) => construct(real, values.length === 0 ? [now()] : values, made) as object,
    apply: () => new RealDate(now()).toString(),
  });
  const fixed = (holder: object, name: string, value: unknown): void => {
    defineProperty(holder, name, { value, writable: true, configurable: true, enumerable: false });
  };
  fixed(RealDate, 'now', () => now());
  fixed(RealDate.prototype, 'constructor', OwnDate);
  fixed(globalThis, 'Date', OwnDate);

  // sfc32, a small generator of 32-bit words that passes the usual batteries of tests.
  let [a, b, c, d] = plan.words;
  const word = (): number => {
    const mixed = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + mixed) | 0;
    return mixed >>> 0;
  };
  for (let n = 0; n < 12; n += 1) word();
  fixed(Math, 'random', () => ((word() >>> 5) * 67_108_864 + (word() >>> 6)) / 9_007_199_254_740_992);
}
