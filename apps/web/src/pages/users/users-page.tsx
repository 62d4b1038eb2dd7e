export function UsersPage() {
  return <p>Not here yet.</p>;
}
