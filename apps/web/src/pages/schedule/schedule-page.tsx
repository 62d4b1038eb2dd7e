export function SchedulePage() {
  return <p>Not here yet.</p>;
}
