export function DebuggerPage() {
  return <p>Not here yet.</p>;
}
