import { describe, expect, it } from 'vitest';
import { newId } from '../src/id.ts';

describe('ids', () => {
  it('are UUIDs of version 7 that grow', () => {
    const ids = Array.from({ length: 5000 }, newId);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(5000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
  it('carry the time', () => {
    const before = Date.now();
    const time = Number.parseInt(newId().replace('-', '').slice(0, 12), 16);
    expect(time).toBeGreaterThanOrEqual(before);
  });
});
