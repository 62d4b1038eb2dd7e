import { useBlocker } from '@tanstack/react-router';
import { ConfirmDialog } from '../../kit/state/confirm-dialog.tsx';

/** Asks before another page is opened while something is not saved. */
export function LeaveGuard({ dirty, what }: { dirty: boolean; what: string }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: false,
    withResolver: true,
  });
  return (
    <ConfirmDialog
      opened={blocker.status === 'blocked'}
      title={`Leave without saving ${what}?`}
      text="What you changed on this page is lost when you leave it."
      confirmLabel="Leave without saving"
      cancelLabel="Stay here"
      danger
      onConfirm={() => blocker.proceed?.()}
      onCancel={() => blocker.reset?.()}
    />
  );
}
