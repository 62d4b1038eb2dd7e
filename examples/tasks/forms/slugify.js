/** Makes a name that is safe in addresses and paths. */
(input) => {
  const slug = input.text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return { slug: slug.slice(0, input.maxLength ?? 80) };
};
