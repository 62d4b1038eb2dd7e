import { memo } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import classes from './markdown.module.css';

export interface MarkdownViewProps {
  readonly text: string;
  /** Whose text it is, to assistive technology. */
  readonly label: string;
  /** The level of the page's headings that it stands under: its own begin one below. */
  readonly under?: 1 | 2 | 3;
}

const plugins = [remarkGfm];
/** The page has one heading of the first level, and none is left out on the way down. */
const deeper = (under: number, level: number) => `h${Math.min(6, under + level)}` as 'h2';

/**
 * Markdown as elements of React: what is HTML in it is left out, addresses that run something are too, and pictures of other
 * hosts are named instead of fetched.
 */
export default memo(function MarkdownView({ text, label, under = 2 }: MarkdownViewProps) {
  const heading = (level: number) => {
    const Tag = deeper(under, level);
    return ({ children }: { children?: React.ReactNode }) => <Tag className={classes.heading}>{children}</Tag>;
  };
  const components: Components = {
    h1: heading(1),
    h2: heading(1),
    h3: heading(2),
    h4: heading(3),
    h5: heading(4),
    h6: heading(5),
    a: ({ href, children }) => (
      <a href={href} rel="noreferrer noopener" target={href?.startsWith('#') ? undefined : '_blank'}>
        {children}
      </a>
    ),
    img: ({ alt, src }) => <em>{alt || src || 'A picture'}</em>,
    input: ({ checked }) => (
      <input type="checkbox" checked={checked === true} readOnly disabled aria-label={checked ? 'Done' : 'Open'} />
    ),
    // What is wider than its place scrolls, by keyboard too.
    pre: ({ children }) => (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      <pre tabIndex={0}>{children}</pre>
    ),
    table: ({ children }) => (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      <section className={classes.table} tabIndex={0} aria-label="Table">
        <table>{children}</table>
      </section>
    ),
  };
  return (
    <section className={classes.markdown} aria-label={label}>
      <ReactMarkdown remarkPlugins={plugins} components={components} skipHtml>
        {text.replace(/^\uFEFF/, '')}
      </ReactMarkdown>
    </section>
  );
});
