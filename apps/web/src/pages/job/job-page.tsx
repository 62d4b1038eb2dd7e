export function JobPage() {
  return <p>Not here yet.</p>;
}
