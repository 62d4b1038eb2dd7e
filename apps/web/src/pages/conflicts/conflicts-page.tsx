export function ConflictsPage() {
  return <p>Not here yet.</p>;
}
