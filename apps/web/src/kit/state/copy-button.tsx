import { ActionIcon, Button, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconCopy, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { copyText } from './copy-text.tsx';

export interface CopyButtonProps {
  value: string | (() => string);
  /** What is copied, as in "Copy request id". */
  label: string;
  /** An icon alone, or a button with its label. */
  variant?: 'icon' | 'button';
  size?: 'xs' | 'sm' | 'md';
  tabIndex?: number;
}

/** Copies a text and says so. */
export function CopyButton({ value, label, variant = 'icon', size = 'sm', tabIndex }: CopyButtonProps) {
  const [result, setResult] = useState<'copied' | 'failed' | null>(null);
  useEffect(() => {
    if (result === null) return;
    const timer = setTimeout(() => setResult(null), 2000);
    return () => clearTimeout(timer);
  }, [result]);
  const copy = async () =>
    setResult((await copyText(typeof value === 'function' ? value() : value)) ? 'copied' : 'failed');
  const said = result === 'copied' ? 'Copied' : result === 'failed' ? 'The browser did not allow it' : label;
  const Icon = result === 'copied' ? IconCheck : result === 'failed' ? IconX : IconCopy;
  const announced = <VisuallyHidden role="status">{result === null ? '' : said}</VisuallyHidden>;
  if (variant === 'button')
    return (
      <>
        <Button
          variant="default"
          size={size}
          leftSection={<Icon size={16} aria-hidden />}
          onClick={copy}
          tabIndex={tabIndex}
        >
          {said}
        </Button>
        {announced}
      </>
    );
  return (
    <>
      <Tooltip label={said} withinPortal>
        <ActionIcon variant="subtle" color="gray" size={size} aria-label={label} onClick={copy} tabIndex={tabIndex}>
          <Icon size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      {announced}
    </>
  );
}
