/** Why streams are no tools. */
export const streamOnMcp = 'A tool answers once: subscribe to a resource, or call a tool that tells its progress.';
