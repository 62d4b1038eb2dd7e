import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { ConfirmDialog, type ConfirmDialogProps } from './confirm-dialog.tsx';

export type ConfirmQuestion = Omit<ConfirmDialogProps, 'opened' | 'busy' | 'onConfirm' | 'onCancel'>;

/**
 * `const { confirm, dialog } = useConfirm()`: render `dialog`, and `await confirm(question)` answers whether to go on. A page
 * that goes away has said no.
 */
export function useConfirm(): { confirm: (question: ConfirmQuestion) => Promise<boolean>; dialog: ReactNode } {
  const [question, setQuestion] = useState<ConfirmQuestion | null>(null);
  const [opened, setOpened] = useState(false);
  const answer = useRef<((yes: boolean) => void) | null>(null);
  const settle = useCallback((yes: boolean) => {
    setOpened(false);
    answer.current?.(yes);
    answer.current = null;
  }, []);
  const confirm = useCallback((asked: ConfirmQuestion) => {
    answer.current?.(false);
    setQuestion(asked);
    setOpened(true);
    return new Promise<boolean>((resolve) => {
      answer.current = resolve;
    });
  }, []);
  useEffect(() => () => answer.current?.(false), []);
  // There before it is opened, so that the focus finds its way back to what asked.
  const dialog = (
    <ConfirmDialog
      {...(question ?? unasked)}
      opened={opened}
      onConfirm={() => settle(true)}
      onCancel={() => settle(false)}
    />
  );
  return { confirm, dialog };
}

const unasked: ConfirmQuestion = { title: 'Confirm', text: '', confirmLabel: 'Confirm' };
