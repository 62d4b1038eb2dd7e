import { Accordion, Button, Group, Skeleton, Stack, Text, Textarea, Title } from '@mantine/core';
import type { Repository } from '@ratchet/contract/entities/repository';
import type { PushResult, SyncPlan, SyncResult } from '@ratchet/contract/entities/sync';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { client } from '../../../api/client.ts';
import { useMay } from '../../../api/use-identity.ts';
import { EmptyState } from '../../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { Notice } from '../../../kit/state/notice.tsx';
import { RelativeTime } from '../../../kit/state/relative-time.tsx';
import { useConfirm } from '../../../kit/state/use-confirm.tsx';
import { ProblemList } from '../parts/problem-list.tsx';
import { RunProgress } from '../parts/run-progress.tsx';
import { SyncOutcome } from '../parts/sync-outcome.tsx';
import { useLongAction } from '../parts/use-long-action.ts';
import { PushOutcome } from '../push/push-outcome.tsx';
import { PlanDocument } from './plan-document.tsx';
import { planIn, planQuery } from './plan-query.ts';
import { countsText, directionOf, guardText, sections, worksOf } from './plan-words.ts';

interface RepositoryPlanProps {
  readonly repository: Repository;
  /** When something last happened in it, as far as was heard. */
  readonly lastEventAt: string | null;
}
type Done =
  | { readonly kind: 'sync'; readonly result: SyncResult }
  | { readonly kind: 'push'; readonly results: PushResult[] };

/** What a sync and a push would do, document by document; and carrying out exactly that. */
export function RepositoryPlan({ repository, lastEventAt }: RepositoryPlanProps) {
  const { id, name, isWritable } = repository;
  const may = useMay();
  const queries = useQueryClient();
  const plan = useQuery(planQuery(id));
  const { confirm, dialog } = useConfirm();
  const [message, setMessage] = useState('');
  const [stale, setStale] = useState(false);
  const [done, setDone] = useState<Done | null>(null);

  const replace = useCallback(
    (next: SyncPlan) => {
      queries.setQueryData(planQuery(id).queryKey, next);
      setStale(true);
    },
    [queries, id],
  );
  const moved = (error: Error): boolean => {
    const next = planIn(error);
    if (next) replace(next);
    return next !== null;
  };
  const finished = (what: Done) => {
    setDone(what);
    setStale(false);
    void plan.refetch();
  };
  const changes = ['repositories', 'registry', 'conflicts', 'tasks', 'pushes', 'pullRequests'] as const;
  const sync = useLongAction({
    act: (planId: string, onProgress) => client.repositories.sync({ id, planId, force: true }, { onProgress }),
    changes,
    onDone: (result) => finished({ kind: 'sync', result }),
    onFailed: moved,
  });
  const push = useLongAction({
    act: (planId: string, onProgress) =>
      client.repositories.push(
        { id, planId, force: true, ...(message.trim() === '' ? {} : { message: message.trim() }) },
        { onProgress },
      ),
    changes,
    onDone: (results) => finished({ kind: 'push', results }),
    onFailed: moved,
  });
  const lookAgain = () => {
    setStale(false);
    setDone(null);
    void plan.refetch();
  };
  const apply = async (what: SyncPlan, act: (planId: string) => void) => {
    if (what.guard) {
      const sure = await confirm({
        title: `Let this plan of ${name} through?`,
        text: `${what.guard.message} ${guardText(what.guard.name)} Exactly this plan is carried out, or nothing where something changed since.`,
        confirmLabel: 'Let it through',
        danger: true,
        typeToConfirm: name,
      });
      if (!sure) return;
    }
    act(what.planId);
  };

  if (plan.isPending)
    return (
      <Stack aria-busy>
        <Text role="status">Looking at both sides</Text>
        <Skeleton height={160} />
      </Stack>
    );
  if (plan.error) return <ErrorPanel error={plan.error} onRetry={lookAgain} />;
  const shown = plan.data;
  const works = worksOf(shown);
  const busy = sync.isPending || push.isPending;
  const old = lastEventAt !== null && Date.parse(lastEventAt) > plan.dataUpdatedAt && !plan.isFetching;
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" role="status">
          Nothing is written by looking. Looked at <RelativeTime time={plan.dataUpdatedAt} />
          {shown.head && `, when it stood at ${shown.head.slice(0, 12)}`}.
        </Text>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconRefresh size={16} aria-hidden />}
          onClick={lookAgain}
          loading={plan.isFetching}
        >
          Look again
        </Button>
      </Group>
      {old && (
        <Notice tone="attention" role="status" title="Something happened since">
          This plan may not hold any more. Look again; a plan that does not hold is never carried out.
        </Notice>
      )}
      {stale && (
        <Notice tone="attention" role="alert" title="Nothing was done: something changed meanwhile">
          What you see now is the plan as it is. Look at it, then carry it out.
        </Notice>
      )}
      {busy && (
        <RunProgress
          title={sync.isPending ? `Syncing ${name}` : `Pushing ${name}`}
          progress={sync.progress ?? push.progress}
        />
      )}
      {done?.kind === 'sync' && (
        <SyncOutcome
          result={done.result}
          error={null}
          onClose={() => setDone(null)}
          onPlan={lookAgain}
          onRetry={lookAgain}
        />
      )}
      {done?.kind === 'push' && (
        <PushOutcome repository={repository} results={done.results} onClose={() => setDone(null)} />
      )}
      {shown.guard && (
        <Notice tone="bad" title="A guard holds this plan back" role="alert">
          <Text size="sm">{shown.guard.message}</Text>
          <Text size="sm">{guardText(shown.guard.name)}</Text>
        </Notice>
      )}
      {shown.problems.length > 0 && (
        <Notice tone="attention" title="Not everything can be read">
          <Text size="sm" mb={6}>
            What cannot be read is left as it is, on both sides.
          </Text>
          <ProblemList problems={shown.problems.slice(0, 50)} label="Problems of the plan" />
        </Notice>
      )}
      <Documents plan={shown} onStale={replace} />
      {(works.sync || works.record || works.push) && (
        <Stack gap="sm" align="flex-start">
          {works.push && isWritable && may('push') && (
            <Textarea
              label="Commit message"
              description="For what goes out. Left empty, the repository’s template"
              value={message}
              onChange={(event) => setMessage(event.currentTarget.value)}
              autosize
              minRows={1}
              maxRows={6}
              maxLength={5000}
              w="100%"
              maw={560}
            />
          )}
          <Group gap="xs">
            {(works.sync || works.record) && (
              <Button
                variant={works.sync || !works.push ? 'filled' : 'default'}
                onClick={() => void apply(shown, sync.mutate)}
                disabled={busy}
              >
                {works.sync ? 'Sync exactly this' : 'Put the conflicts on record'}
              </Button>
            )}
            {works.push && isWritable && may('push') && (
              <Button
                variant={works.sync ? 'default' : 'filled'}
                onClick={() => void apply(shown, push.mutate)}
                disabled={busy}
              >
                {works.sync ? 'Sync and push exactly this' : 'Push exactly this'}
              </Button>
            )}
          </Group>
        </Stack>
      )}
      {dialog}
    </Stack>
  );
}

/** Drawn at first; the rest when asked for. */
const firstShown = 200;

function Documents({ plan, onStale }: { plan: SyncPlan; onStale: (plan: SyncPlan) => void }) {
  const [opened, setOpened] = useState<string[]>([]);
  const [most, setMost] = useState(firstShown);
  const groups = sections.flatMap((section) => {
    const actions = plan.actions.filter((action) => directionOf(action) === section.direction);
    return actions.length === 0 ? [] : [{ ...section, actions }];
  });
  if (groups.length === 0)
    return (
      <EmptyState
        title="Both sides are in step"
        text="A sync or a push would change nothing. Edit a task here, or in the repository, and look again."
      />
    );
  return groups.map(({ direction, title, text, actions }) => (
    <section key={direction} aria-labelledby={`plan-${direction}`}>
      <Title order={2} size="h4" id={`plan-${direction}`}>
        {title}: {countsText(actions)}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {text}
      </Text>
      <Accordion
        multiple
        value={opened}
        onChange={setOpened}
        variant="contained"
        order={3}
        styles={{ item: { backgroundColor: 'transparent' } }}
      >
        {actions.slice(0, most).map((action) => (
          <PlanDocument
            key={action.path}
            action={action}
            repositoryId={plan.repositoryId}
            planId={plan.planId}
            onStale={onStale}
            opened={opened.includes(action.path)}
          />
        ))}
      </Accordion>
      {actions.length > most && (
        <Button mt="xs" variant="default" size="xs" onClick={() => setMost(most + 1000)}>
          Show more ({(actions.length - most).toLocaleString('en')} left)
        </Button>
      )}
    </section>
  ));
}
