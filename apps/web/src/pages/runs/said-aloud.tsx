import { VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';

/** Has a text read aloud when it changes, and not when the page is opened. */
export function SaidAloud({ text }: { text: string }) {
  const first = useRef(text);
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (text === first.current) return;
    first.current = '';
    setSaid(text);
  }, [text]);
  return <VisuallyHidden role="status">{said}</VisuallyHidden>;
}
