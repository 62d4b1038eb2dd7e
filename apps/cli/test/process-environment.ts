/** What a process of ours has of the environment: where programs are, and what is compiled already, in a folder of the run. */
export const processEnvironment = (home: string): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: home,
  ...(process.env.NODE_COMPILE_CACHE
    ? { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }
    : { NODE_DISABLE_COMPILE_CACHE: '1' }),
});
