/** What BullMQ's child processes run. */
export default async function answer({ data }: { data: { n: number } }): Promise<{ at: number; n: number }> {
  return { at: Date.now(), n: data.n };
}
