import type { TemplateDesk } from '@ratchet/repositories/templates/generate-task';
import type { EntityHandlers } from './handler.ts';

export const templateHandlers = (desk: TemplateDesk): EntityHandlers<'templates'> => ({
  list: { handle: async () => desk.list() },
  generate: { handle: (request, { actor, rights }) => desk.generate(request, actor, rights) },
});
