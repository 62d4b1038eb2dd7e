/** Which items a page holds, from 1, and how many pages there are. */
export function pageRange(page: number, limit: number, total: number): { from: number; to: number; pages: number } {
  const pages = Math.max(1, Math.ceil(total / Math.max(1, limit)));
  const from = Math.min(total, (page - 1) * limit + 1);
  return { from, to: Math.min(total, page * limit), pages };
}
