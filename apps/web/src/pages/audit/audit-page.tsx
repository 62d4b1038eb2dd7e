export function AuditPage() {
  return <p>Not here yet.</p>;
}
