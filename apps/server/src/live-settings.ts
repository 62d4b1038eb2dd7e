import type { Settings } from './settings.ts';

/** Settings that may change while the server runs: what reads one each time it is needed always has the newest. */
export interface LiveSettings {
  readonly current: Settings;
  /** Takes new settings over and tells everybody who asked to be told. */
  replace(next: Settings): void;
  onChange(told: (settings: Settings) => void): void;
}

export function liveSettings(first: Settings): LiveSettings {
  let current = first;
  const listeners: ((settings: Settings) => void)[] = [];
  return {
    get current() {
      return current;
    },
    replace(next) {
      current = next;
      for (const told of listeners) told(next);
    },
    onChange(told) {
      listeners.push(told);
    },
  };
}
