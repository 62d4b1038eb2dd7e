export function DashboardPage() {
  return <p>Not here yet.</p>;
}
