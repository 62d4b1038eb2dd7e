export function KeysPage() {
  return <p>Not here yet.</p>;
}
