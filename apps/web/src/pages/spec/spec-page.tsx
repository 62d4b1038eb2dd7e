import { Skeleton, Stack } from '@mantine/core';
import type { Spec } from '@ratchet/contract/entities/spec';
import { RatchetError } from '@ratchet/contract/errors';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { read } from '../../api/queries.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { type PageTab, PageTabs } from '../../parts/page-tabs.tsx';
import { useSpecEvents } from '../specs/use-spec-events.ts';
import { ConflictNotice } from './conflict-notice.tsx';
import { DeltasTab } from './deltas-tab.tsx';
import type { DocumentPath } from './document-draft.ts';
import { DocumentTab } from './document-tab.tsx';
import { HistoryTab } from './history-tab.tsx';
import { ProblemsTab } from './problems-tab.tsx';
import { SpecHeader } from './spec-header.tsx';
import { SyncsTab } from './syncs-tab.tsx';
import { TasksTab } from './tasks-tab.tsx';
import { useWritable } from './use-writable.ts';

const address = { tab: 'tasks', line: '' };
const back = { to: '/specs', label: 'Specs' };

/** One change: its tasks, documents, problems and history. */
export function SpecPage() {
  const { specId } = useParams({ strict: false }) as { specId: string };
  return <SpecOf key={specId} id={specId} />;
}

function SpecOf({ id }: { readonly id: string }) {
  const spec = useQuery(read('specs', 'get', { id }));
  useSpecEvents(spec.data?.projectId);
  if (spec.error instanceof RatchetError && spec.error.code === 'NOT_FOUND')
    return (
      <Stack>
        <PageHead title="Change" back={back} />
        <EmptyState
          order={2}
          title="There is no such change"
          text="It was deleted, or its project was forgotten. A folder that was only renamed or archived keeps its address."
          action={<KitLink href="/specs">Show all changes</KitLink>}
        />
      </Stack>
    );
  if (!spec.data)
    return (
      <Stack aria-busy={spec.isPending}>
        <PageHead title="Change" back={back} />
        {spec.error ? (
          <ErrorPanel error={spec.error} onRetry={() => void spec.refetch()} />
        ) : (
          <Skeleton height={320} role="status" aria-label="Loading the change" />
        )}
      </Stack>
    );
  return <OneSpec spec={spec.data} />;
}

function OneSpec({ spec }: { readonly spec: Spec }) {
  const [{ tab, line }, setAddress] = useUrlState(address);
  const { reason } = useWritable(spec);
  const { taskCounts, problems, proposalContent, designContent, tasksContent, deltas } = spec;
  const at = Number.parseInt(line, 10);
  const reveal = at > 0 ? at : null;
  const open = (next: string, to?: number) =>
    setAddress({ tab: next, line: to === undefined ? '' : String(to) }, { replace: false });
  const document = (path: DocumentPath, content: string | null, empty: string) => (
    <DocumentTab key={path} spec={spec} path={path} content={content} empty={empty} reveal={reveal} />
  );
  const tabs: PageTab[] = [
    {
      value: 'tasks',
      label: taskCounts.total > 0 ? `Tasks (${taskCounts.done}/${taskCounts.total})` : 'Tasks',
      content: <TasksTab spec={spec} onText={() => open('tasks.md')} />,
    },
    {
      value: 'proposal',
      label: 'Proposal',
      content: document('proposal.md', proposalContent, 'A proposal says why the change is made and what changes.'),
    },
    {
      value: 'design',
      label: 'Design',
      content: document('design.md', designContent, 'A design is for what has to be decided before it is built.'),
    },
    { value: 'specs', label: counted('Specs', deltas.length), content: <DeltasTab spec={spec} /> },
    {
      value: 'tasks.md',
      label: 'tasks.md',
      content: document('tasks.md', tasksContent, 'Tasks stand as “- [ ] 1.1 What is to be done”, under headings.'),
    },
    {
      value: 'problems',
      label: counted('Problems', problems.length),
      content: <ProblemsTab spec={spec} onOpen={open} />,
    },
    { value: 'history', label: 'History', content: <HistoryTab spec={spec} mayEdit={reason === null} /> },
    { value: 'syncs', label: 'Syncs', content: <SyncsTab spec={spec} /> },
  ];
  return (
    <Stack>
      <SpecHeader spec={spec} onProblems={() => open('problems')} />
      <ConflictNotice spec={spec} />
      <PageTabs label="Parts of the change" value={tab} onChange={(next) => open(next)} tabs={tabs} />
    </Stack>
  );
}

const counted = (label: string, count: number): string => (count > 0 ? `${label} (${count})` : label);
