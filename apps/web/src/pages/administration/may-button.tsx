import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import type { MouseEventHandler } from 'react';

interface Props extends ButtonProps {
  /** Why it cannot be pressed; undefined: it can. */
  readonly refused?: string | undefined;
  readonly onClick?: MouseEventHandler<HTMLButtonElement>;
  readonly type?: 'button' | 'submit';
  readonly form?: string;
  readonly 'aria-label'?: string;
}

/** A button that says why it cannot be pressed; the keyboard reaches it all the same, to be told. */
export function MayButton({ refused, onClick, ...rest }: Props) {
  if (refused === undefined) return <Button onClick={onClick} {...rest} />;
  return (
    <Tooltip label={refused} multiline maw={320} withinPortal events={{ hover: true, focus: true, touch: true }}>
      <Button {...rest} data-disabled aria-disabled onClick={(event) => event.preventDefault()} />
    </Tooltip>
  );
}
