/*
 * Imported before anything else: schemas are not compiled, and zod does not try whether they could be, which the content
 * security policy would stop and report.
 */
declare global {
  var __zod_globalConfig: { jitless?: boolean } | undefined;
}
globalThis.__zod_globalConfig = { jitless: true };

export {};
