export function SettingsPage() {
  return <p>Not here yet.</p>;
}
