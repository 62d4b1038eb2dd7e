import type { User } from '@ratchet/contract/entities/user';
import { KeyList } from '../keys/key-list.tsx';

export function UserKeys({ user }: { user: User }) {
  return <KeyList owner={user} />;
}
