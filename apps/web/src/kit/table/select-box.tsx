import { Checkbox } from '@mantine/core';
import { useRef } from 'react';

interface SelectBoxProps {
  label: string;
  checked: boolean;
  indeterminate?: boolean;
  tabIndex?: number;
  onToggle: (withShift: boolean) => void;
}

/** The box that selects a row. A change says nothing of Shift, so the press before it is asked. */
export function SelectBox({ label, checked, indeterminate, tabIndex, onToggle }: SelectBoxProps) {
  const shift = useRef(false);
  const note = (event: { shiftKey: boolean }) => {
    shift.current = event.shiftKey;
  };
  return (
    <Checkbox
      size="xs"
      aria-label={label}
      checked={checked}
      indeterminate={indeterminate}
      tabIndex={tabIndex}
      onPointerDown={note}
      onClick={note}
      onKeyDown={note}
      onChange={() => onToggle(shift.current)}
    />
  );
}
