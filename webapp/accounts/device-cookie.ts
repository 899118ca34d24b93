import type { Request, Response } from 'express';
import { readCookies, setCookie } from '../web/cookies.ts';
import type { KnownDevices } from './known-devices.ts';

const DEVICE_COOKIE = 'device';
const DEVICE_MS = 180 * 86_400_000;

/** The id of the device that sent the request; undefined if nobody of that name has logged in on it. */
export function deviceOf(request: Request, knownDevices: KnownDevices, username: string): string | undefined {
  return knownDevices.deviceOf(readCookies(request, DEVICE_COOKIE)[0] ?? '', username);
}

export function rememberDevice(response: Response, knownDevices: KnownDevices, username: string): void {
  setCookie(response, DEVICE_COOKIE, knownDevices.markFor(username), { maxAge: DEVICE_MS });
}
