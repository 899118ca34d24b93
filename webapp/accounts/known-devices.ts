import { randomBytes } from 'node:crypto';
import type { Signer } from '../signer.ts';
import { usernameIdentity } from './identity.ts';

/**
 * Devices on which somebody has logged in. Their attempts count by themselves, so that whoever guesses at a password elsewhere,
 * from however many addresses, locks its owner out nowhere that they have been before.
 */
export interface KnownDevices {
  /** What the device keeps: worth nothing without the password, and for no other username. */
  markFor(username: string): string;
  /** What to count the attempts of the device by; undefined where nobody of that name has logged in on it. */
  deviceOf(mark: string, username: string): string | undefined;
}

export function createKnownDevices(signer: Signer): KnownDevices {
  const signed = (device: string, username: string) => JSON.stringify([device, usernameIdentity(username)]);
  return {
    markFor(username) {
      const device = randomBytes(12).toString('base64url');
      return `${device}.${signer.sign(signed(device, username)).toString('base64url')}`;
    },
    deviceOf(mark, username) {
      const [device = '', signature = ''] = mark.split('.');
      return signer.verify(signed(device, username), Buffer.from(signature, 'base64url')) ? device : undefined;
    },
  };
}
