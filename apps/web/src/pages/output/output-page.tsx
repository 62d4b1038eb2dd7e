export function OutputPage() {
  return <p>Not here yet.</p>;
}
