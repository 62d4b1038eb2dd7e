export function BatchPage() {
  return <p>Not here yet.</p>;
}
