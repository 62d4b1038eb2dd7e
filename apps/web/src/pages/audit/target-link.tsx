import { Code } from '@mantine/core';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { words } from '../../kit/state/tones.ts';

/** Where things of a kind have a page. */
const pages: Readonly<Record<string, string>> = {
  task: '/tasks',
  repository: '/repositories',
  conflict: '/conflicts',
  execution: '/executions',
  job: '/jobs',
  batch: '/batches',
  schedule: '/schedules',
  output_destination: '/outputs',
  user: '/users',
};

/** What an event was about; a link where it has a page, though it may be gone. */
export function TargetLink({ kind, id }: { kind: string | null; id: string | null }) {
  if (kind === null) return <span>–</span>;
  const page = pages[kind];
  const short = id === null ? '' : id.length > 13 ? `${id.slice(0, 8)}…` : id;
  return (
    <span title={id ?? undefined}>
      {words(kind)} {id !== null && (page ? <KitLink href={`${page}/${id}`}>{short}</KitLink> : <Code>{short}</Code>)}
    </span>
  );
}
