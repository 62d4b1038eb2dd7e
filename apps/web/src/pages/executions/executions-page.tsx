export function ExecutionsPage() {
  return <p>Not here yet.</p>;
}
