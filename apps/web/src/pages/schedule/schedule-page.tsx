import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { read } from '../../api/queries.ts';
import { PageHead } from '../../app/page-head.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { PageSkeleton } from '../administration/page-skeleton.tsx';
import { NewSchedule } from './new-schedule.tsx';
import { OneSchedule } from './one-schedule.tsx';

export function SchedulePage() {
  const { scheduleId = '' } = useParams({ strict: false });
  return scheduleId === 'new' ? <NewSchedule /> : <Stored key={scheduleId} id={scheduleId} />;
}

function Stored({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({ ...read('schedules', 'get', { id }), refetchInterval: 30_000 });
  if (data) return <OneSchedule schedule={data} />;
  if (!error) return <PageSkeleton label="Loading the schedule" />;
  return (
    <>
      <PageHead title="Schedule" back={{ to: '/schedules', label: 'Schedules' }} />
      <ErrorPanel error={error} onRetry={() => void refetch()} />
    </>
  );
}
