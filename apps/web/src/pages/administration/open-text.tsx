import type { ReactNode } from 'react';

/** The text by which a row is opened where it has no page of its own: to be seen as such. */
export function OpenText({ children }: { children: ReactNode }) {
  return (
    <span
      style={{
        color: 'inherit',
        textDecoration: 'underline',
        textAlign: 'start',
        fontWeight: 400,
        overflowWrap: 'anywhere',
      }}
    >
      {children}
    </span>
  );
}
