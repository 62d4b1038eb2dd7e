import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { read } from '../../api/queries.ts';
import { PageHead } from '../../app/page-head.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { PageSkeleton } from '../administration/page-skeleton.tsx';
import { OneUser } from './one-user.tsx';

export function UserPage() {
  const { userId = '' } = useParams({ strict: false });
  return <Stored key={userId} id={userId} />;
}

function Stored({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({ ...read('users', 'get', { id }), refetchInterval: 30_000 });
  if (data) return <OneUser user={data} />;
  if (!error) return <PageSkeleton label="Loading the account" />;
  return (
    <>
      <PageHead title="User" back={{ to: '/users', label: 'Users and grants' }} />
      <ErrorPanel error={error} onRetry={() => void refetch()} />
    </>
  );
}
