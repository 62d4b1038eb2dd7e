import type { Spec } from '@ratchet/contract/entities/spec';

/** The address of a change: by the id that a renamed or archived folder keeps. */
export const specHref = ({ documentId }: Pick<Spec, 'documentId'>, tab?: string): string =>
  `/specs/${documentId}${tab === undefined ? '' : `?tab=${tab}`}`;
