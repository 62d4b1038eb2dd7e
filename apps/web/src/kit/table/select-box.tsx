import { useEffect, useRef } from 'react';
import classes from './table.module.css';

interface SelectBoxProps {
  label: string;
  checked: boolean;
  indeterminate?: boolean;
  tabIndex?: number;
  onToggle: (withShift: boolean) => void;
}

/**
 * The box that selects a row: the browser's own, since a table draws many of them while it is scrolled. A change says nothing
 * of Shift, so the press before it is asked.
 */
export function SelectBox({ label, checked, indeterminate = false, tabIndex, onToggle }: SelectBoxProps) {
  const shift = useRef(false);
  const box = useRef<HTMLInputElement>(null);
  const note = (event: { shiftKey: boolean }) => {
    shift.current = event.shiftKey;
  };
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = indeterminate;
  }, [indeterminate]);
  return (
    <input
      ref={box}
      type="checkbox"
      className={classes.box}
      aria-label={label}
      checked={checked}
      tabIndex={tabIndex}
      onClick={note}
      onKeyDown={note}
      onChange={() => onToggle(shift.current)}
    />
  );
}
