export function RepositoriesPage() {
  return <p>Not here yet.</p>;
}
