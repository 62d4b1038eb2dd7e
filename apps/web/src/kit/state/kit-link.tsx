import { useRouter } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import './palette.css';
import classes from './state.module.css';

/** Goes to an address of this application without a new load of the page, where there is a router. */
export function useOpenHref(): (href: string) => void {
  const router = useRouter({ warn: false }) as ReturnType<typeof useRouter> | undefined;
  return (href) => {
    if (router !== undefined && href.startsWith('/')) router.history.push(href);
    else window.location.assign(href);
  };
}

export interface KitLinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  href: string;
}

/** A link by its address. Clicks with a modifier, to another window or to a download are the browser's. */
export function KitLink({ href, onClick, className, ...rest }: KitLinkProps) {
  const open = useOpenHref();
  const go = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || !href.startsWith('/')) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if ((rest.target ?? '_self') !== '_self' || rest.download !== undefined) return;
    event.preventDefault();
    open(href);
  };
  return <a {...rest} href={href} onClick={go} className={className ?? classes.link} />;
}
