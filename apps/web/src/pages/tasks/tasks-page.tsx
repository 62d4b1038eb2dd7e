export function TasksPage() {
  return <p>Not here yet.</p>;
}
