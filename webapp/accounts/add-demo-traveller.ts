import type { Passwords } from './passwords.ts';
import type { TravellerStore } from './traveller-store.ts';

const DEMO = { username: 'test1234', name: 'Test Traveller', emailAddress: 'test1234@mail.com' };

/** Adds the demo traveller unless it exists. It is for demonstrations only: its password is public and breaks the rules. */
export function addDemoTraveller(travellers: TravellerStore, passwords: Passwords): () => Promise<void> {
  return async () => {
    const taken = await travellers.taken(DEMO.username, DEMO.emailAddress);
    if (taken.username || taken.emailAddress) return;
    await travellers.add({ ...DEMO, passwordHash: await passwords.hash('asdasd') });
  };
}
