export interface BulkResult<T> {
  readonly done: readonly { readonly id: string; readonly result: T }[];
  readonly failed: readonly { readonly id: string; readonly error: unknown }[];
}

/** Does the same for each id, some at once; one that fails keeps none of the others from being done. */
export async function inBulk<T>(
  ids: readonly string[],
  act: (id: string) => Promise<T>,
  { atOnce = 6, onProgress }: { atOnce?: number; onProgress?: (ended: number) => void } = {},
): Promise<BulkResult<T>> {
  const done: { id: string; result: T }[] = [];
  const failed: { id: string; error: unknown }[] = [];
  let next = 0;
  const work = async () => {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) {
      try {
        done.push({ id, result: await act(id) });
      } catch (error) {
        failed.push({ id, error });
      }
      onProgress?.(done.length + failed.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, ids.length) }, work));
  return { done, failed };
}
