export function WorkersPage() {
  return <p>Not here yet.</p>;
}
