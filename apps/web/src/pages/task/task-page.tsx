export function TaskPage() {
  return <p>Not here yet.</p>;
}
