import { randomInt } from 'node:crypto';

/** Without letters and digits that people mix up when they read them aloud or copy them by hand. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** 40 random bits: a collision, which the database refuses, is one in a million at a million bookings. */
export function newReference(): string {
  return Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

export function isReference(text: string): boolean {
  return /^[0-9A-Z]{8}$/.test(text);
}
