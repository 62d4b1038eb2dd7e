/*
 * What each role may, written by hand: a slip in the contract shows as a difference from it. Operations that everybody may
 * call without signing in stand under `public`.
 */
export const roleTable: Readonly<Record<string, string>> = {
  public: 'auth.login auth.logout auth.register auth.refresh health.get',
  'admin user readonly service': `
    tasks.list tasks.stats tasks.modified tasks.get tasks.getSource tasks.history tasks.getVersion tasks.diff
    tasks.listFiles tasks.getFile tasks.export tasks.validate
    repositories.list repositories.get repositories.health repositories.analytics repositories.runs repositories.watch
    pushes.list pushes.get pullRequests.list registry.pushStatus conflicts.list conflicts.get
    projects.list projects.get specs.list specs.get specs.syncStatus specs.events specs.validate specs.conflicts
    specs.syncHistory specs.versions specs.getVersion
    executions.list executions.stats executions.get executions.watch executions.logs executions.events executions.trace
    executions.analysis executions.recording
    jobs.list jobs.stats jobs.get jobs.watch jobs.queue batches.list batches.get
    schedules.list schedules.stats schedules.get schedules.preview
    workers.list workers.stats workers.get workers.watch
    outputDestinations.list outputDestinations.get deliveries.list deliveries.get results.list results.get
    templates.list alerts.list alerts.get
    auth.changePassword auth.me auth.updateMe
    apiKeys.list apiKeys.create apiKeys.get apiKeys.update apiKeys.delete
    guides.endpointReference guides.integration guides.walkthrough health.details`,
  'admin user service': `
    tasks.create tasks.update tasks.replace tasks.restore tasks.updateSource tasks.createVersion tasks.edit
    tasks.rollback tasks.putFile tasks.deleteFile tasks.import tasks.discover tasks.bulk tasks.enable tasks.disable
    tasks.test tasks.run tasks.push tasks.assignRepository
    repositories.syncAll repositories.sync repositories.plan repositories.push repositories.undoRun
    registry.pushAllPending conflicts.resolve
    specs.create specs.sync specs.update specs.updateTask specs.addTask specs.removeTask specs.archive specs.resolve
    specs.rollback
    executions.create executions.update executions.cancel executions.retry executions.replay
    jobs.create jobs.createBulk jobs.update jobs.cancel jobs.retry batches.create batches.cancel
    schedules.create schedules.update schedules.enable schedules.disable schedules.trigger
    deliveries.retry results.create templates.generate`,
  'admin user': `
    tasks.delete tasks.debug tasks.startDebugSession tasks.endDebugSession
    repositories.create repositories.update repositories.replace repositories.test repositories.pause
    repositories.resume repositories.setDefault pushes.approve pushes.reject
    projects.create projects.update specs.delete
    credentials.list credentials.create credentials.get credentials.rotate credentials.delete
    executions.delete jobs.delete schedules.delete results.delete`,
  admin: `
    repositories.delete projects.delete jobs.pause jobs.resume jobs.clear workers.scale workers.drain
    outputDestinations.create outputDestinations.update outputDestinations.delete outputDestinations.test
    secrets.list secrets.create secrets.get secrets.update secrets.delete
    alerts.create alerts.update alerts.delete
    users.list users.create users.get users.update users.delete
    grants.list grants.create grants.get grants.update grants.delete
    audit.list audit.export audit.verify config.get config.update`,
};
