export function JobsPage() {
  return <p>Not here yet.</p>;
}
