const most = 50_000;

/** How entities stood when they were last told of: the latest of them, since what was told of once more does no harm. */
export function knownStates<K extends { readonly id: string }>() {
  const states = new Map<string, K>();
  return {
    of: (ids: readonly string[]): K[] => ids.flatMap((id) => states.get(id) ?? []),
    get: (id: string): K | undefined => states.get(id),
    note(all: readonly K[]): void {
      for (const state of all) {
        states.delete(state.id);
        states.set(state.id, state);
      }
      for (const id of states.keys()) {
        if (states.size <= most) return;
        states.delete(id);
      }
    },
    clear: (): void => states.clear(),
  };
}
