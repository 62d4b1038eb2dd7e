const title = '# Benchmarks';

/** A markdown text cut before each `## `: what stands before the first of them, and the sections. */
function cut(text: string): { head: string; sections: string[] } {
  const [head = '', ...sections] = text.split(/^(?=## )/m).map((part) => part.trim());
  return { head, sections };
}

const headingOf = (section: string): string => section.split('\n', 1)[0]?.trim() ?? '';

/** The report with these sections, each in the place of the one with its heading or, where there is none, at the end. */
export function mergeReport(before: string, measured: readonly string[]): string {
  const { head, sections } = cut(before);
  const fresh = new Map(measured.map((section) => [headingOf(section), section.trim()]));
  const kept = sections.map((section) => {
    const heading = headingOf(section);
    const instead = fresh.get(heading) ?? section;
    fresh.delete(heading);
    return instead;
  });
  return `${[head || title, ...kept, ...fresh.values()].join('\n\n')}\n`;
}
