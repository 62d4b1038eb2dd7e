export function OutputsPage() {
  return <p>Not here yet.</p>;
}
