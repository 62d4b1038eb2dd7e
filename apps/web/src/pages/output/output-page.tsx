import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { read } from '../../api/queries.ts';
import { PageHead } from '../../app/page-head.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { EverywhereOnly } from '../../parts/everywhere-only.tsx';
import { PageSkeleton } from '../administration/page-skeleton.tsx';
import { NewOutput } from './new-output.tsx';
import { OneOutput } from './one-output.tsx';

export function OutputPage() {
  return (
    <EverywhereOnly title="Output destination">
      <Output />
    </EverywhereOnly>
  );
}

function Output() {
  const { outputId = '' } = useParams({ strict: false });
  return outputId === 'new' ? <NewOutput /> : <Stored key={outputId} id={outputId} />;
}

function Stored({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({ ...read('outputDestinations', 'get', { id }), refetchInterval: 30_000 });
  if (data) return <OneOutput output={data} />;
  if (!error) return <PageSkeleton label="Loading the destination" />;
  return (
    <>
      <PageHead title="Output destination" back={{ to: '/outputs', label: 'Outputs' }} />
      <ErrorPanel error={error} onRetry={() => void refetch()} />
    </>
  );
}
