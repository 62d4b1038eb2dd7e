import { useEffect, useState } from 'react';

const kept = 60;

/** The last values of figures that come and go, by name, as long as the page is open: one for each `stamp`. */
export function useCourse(stamp: unknown, values: Readonly<Record<string, number | null>> | undefined) {
  const [course, setCourse] = useState<Readonly<Record<string, readonly (number | null)[]>>>({});
  useEffect(() => {
    if (values === undefined) return;
    void stamp;
    setCourse((before) =>
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, [...(before[name] ?? []), value].slice(-kept)]),
      ),
    );
  }, [stamp, values]);
  return course;
}
