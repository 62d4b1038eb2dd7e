export function RepositoryPage() {
  return <p>Not here yet.</p>;
}
