import process from 'node:process';
import { prepareInstallation } from '../../test/e2e/install.ts';
import { kubernetesBinaries } from '../cluster/build.ts';
import { gitopsHealthProgram } from '../../test/support/gitops-health.ts';
import { ensureChromium } from '../../test/support/chromium.ts';
import { startMysql } from '../../test/support/mysql.ts';

/**
 * Gets ready one thing that a suite needs of the machine, outside any test's time-out, and resolves to what the tests are
 * told by their environment. Rejects with an UnavailableError where this machine cannot have it.
 */
export type Need = () => Promise<NodeJS.ProcessEnv>;

export async function prepare(needs: readonly Need[]): Promise<NodeJS.ProcessEnv> {
  const env: NodeJS.ProcessEnv = {};
  for (const need of needs) Object.assign(env, await need());
  return env;
}

export const chromium: Need = async () => ({ CHROMIUM_PATH: await ensureChromium() });

/** Starts one and stops it: what is downloaded or built for it is kept, and every test's own is up in seconds. */
export const mysql: Need = async () => {
  const server = await startMysql();
  await server.stop();
  return {};
};

export const kubeApiserver: Need = async () => {
  if ((process.env.KUBEBUILDER_ASSETS ?? '') === '') await kubernetesBinaries();
  return {};
};

export const cluster: Need = async () => {
  await prepareInstallation();
  return {};
};

export const gitopsHealth: Need = async () => {
  await gitopsHealthProgram();
  return {};
};
