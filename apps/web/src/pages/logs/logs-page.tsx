export function LogsPage() {
  return <p>Not here yet.</p>;
}
