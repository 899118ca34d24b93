import { randomBytes } from 'node:crypto';
import type { Signer } from '../signer.ts';
import { usernameIdentity } from './identity.ts';

/**
 * Devices on which somebody has logged in. Each has its own count of attempts. So somebody who guesses a password elsewhere does not
 * lock its owner out on a device that the owner has used before.
 */
export interface KnownDevices {
  /** The value of the device's cookie. It is useless without the password, and for any other username. */
  markFor(username: string): string;
  /** The id by which to count the device's attempts; undefined if nobody of that name has logged in on it. */
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
