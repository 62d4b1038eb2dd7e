import * as z from 'zod';
import { Credential, CredentialPage, CredentialType, credentialSecret } from '../entities/credential.ts';
import { Id } from '../json.ts';
import { Name } from '../name.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';

const byId = { id: Id };
export const credentialList: ListFields = {
  filters: { id: 'id', name: 'string', type: CredentialType.options, createdAt: 'datetime' },
  sorts: ['id', 'name', 'createdAt'],
  defaultSort: [{ field: 'name', order: 'asc' }],
};

export const credentials = {
  list: operation({
    name: 'credentials.list',
    description: 'Credentials, without their secrets',
    effect: 'read',
    permission: 'manage_repository',
    input: listInput(credentialList),
    output: CredentialPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/credentials'],
    graphql: 'credentialsPage',
    mcp: 'ratchet_list_credentials',
    everywhere: true,
    list: credentialList,
  }),
  create: operation({
    name: 'credentials.create',
    description: 'Keep a way to sign in, encrypted',
    effect: 'write',
    permission: 'manage_repository',
    input: z.object({ name: Name, type: CredentialType, ...credentialSecret }),
    output: Credential,
    errors: ['VALIDATION_FAILED', 'ALREADY_EXISTS'],
    example: { input: { name: 'team git', type: 'token', token: 'glpat-…' } },
    rest: ['POST', '/credentials'],
    graphql: 'createCredential',
    mcp: 'ratchet_create_credential',
    everywhere: true,
    creates: true,
  }),
  get: operation({
    name: 'credentials.get',
    description: 'One credential, without its secret',
    effect: 'read',
    permission: 'manage_repository',
    input: z.object(byId),
    output: Credential,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/credentials/{id}'],
    graphql: 'credential',
    mcp: 'ratchet_get_credential',
    targets: [{ kind: 'credential', member: 'id' }],
    everywhere: true,
  }),
  rotate: operation({
    name: 'credentials.rotate',
    description: 'Replace the secret of a credential',
    effect: 'write',
    permission: 'manage_repository',
    input: z.object({ ...byId, ...credentialSecret }),
    output: Credential,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED'],
    rest: ['POST', '/credentials/{id}/rotate'],
    graphql: 'rotateCredential',
    mcp: 'ratchet_rotate_credential',
    targets: [{ kind: 'credential', member: 'id' }],
    everywhere: true,
  }),
  delete: operation({
    name: 'credentials.delete',
    description: 'Forget a credential that no repository uses',
    effect: 'destructive',
    permission: 'manage_repository',
    input: z.object(byId),
    output: z.void(),
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['DELETE', '/credentials/{id}'],
    graphql: 'deleteCredential',
    mcp: 'ratchet_delete_credential',
    targets: [{ kind: 'credential', member: 'id' }],
    everywhere: true,
  }),
} as const;
