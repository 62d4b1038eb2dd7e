export function ComparePage() {
  return <p>Not here yet.</p>;
}
