export function UserPage() {
  return <p>Not here yet.</p>;
}
