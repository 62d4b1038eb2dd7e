export function ConflictPage() {
  return <p>Not here yet.</p>;
}
