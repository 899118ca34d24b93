import type { Stores } from '../../operator/runtime/cache/store.ts';
import { createStores } from '../../operator/runtime/cache/stores.ts';
import type { Controller } from '../../operator/runtime/queue/controller.ts';
import { vacationAppController } from '../../operator/vacation-app/controller.ts';
import { DEFAULTS } from './vacation-app.ts';

/** The controller of vacation apps, which takes every spec. */
export const appController = (): Controller => vacationAppController(DEFAULTS);

/** Its caches, empty and without watches. */
export const appStores = (): Stores =>
  createStores(appController().watches, (_kind, error) => {
    throw error as Error;
  });
