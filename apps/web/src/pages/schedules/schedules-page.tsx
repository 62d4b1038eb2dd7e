export function SchedulesPage() {
  return <p>Not here yet.</p>;
}
