import { KitLink, type KitLinkProps } from './kit-link.tsx';

/** A link among words: underlined, so that it is told from them without its colour. */
export function TextLink(props: KitLinkProps) {
  return <KitLink {...props} style={{ textDecoration: 'underline' }} />;
}
