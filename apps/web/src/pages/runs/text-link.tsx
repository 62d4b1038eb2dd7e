import { KitLink, type KitLinkProps } from '../../kit/state/kit-link.tsx';

/** A link within a text, which colour alone would not tell from it. */
export function TextLink(props: KitLinkProps) {
  return <KitLink {...props} style={{ textDecoration: 'underline' }} />;
}
