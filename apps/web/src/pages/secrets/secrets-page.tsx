export function SecretsPage() {
  return <p>Not here yet.</p>;
}
