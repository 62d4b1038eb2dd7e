/** What reads a folder of tasks is the server's, and is loaded when it is needed. */
export const loadFolderTasks = () => import('@ratchet/server/folder-tasks');

export type FolderTasks = Awaited<ReturnType<Awaited<ReturnType<typeof loadFolderTasks>>['readFolderTasks']>>;
export type FolderTask = FolderTasks['tasks'][number];
export type FolderFile = NonNullable<ReturnType<Awaited<ReturnType<FolderTasks['read']>>['get']>>[number];
