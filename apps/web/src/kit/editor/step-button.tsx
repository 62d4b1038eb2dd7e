import { Button } from '@mantine/core';

interface Props {
  readonly children: string;
  /** Nothing to do now. It stays where the focus is all the same. */
  readonly off?: boolean;
  readonly onClick: () => void;
}

/** A button of a toolbar that may have nothing to do for a while. */
export function StepButton({ children, off = false, onClick }: Props) {
  return (
    <Button
      size="xs"
      variant="default"
      aria-disabled={off || undefined}
      data-disabled={off || undefined}
      onClick={(event) => {
        event.preventDefault();
        if (!off) onClick();
      }}
    >
      {children}
    </Button>
  );
}
