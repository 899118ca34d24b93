import type { CompleteApp, CompleteManagedDatabase } from '../../../api/defaults.ts';

/** What the spec says of a managed database. Only for apps that have one. */
export function managedSettings({ metadata, spec }: CompleteApp): CompleteManagedDatabase {
  const { managed } = spec.database;
  if (managed === undefined) throw new TypeError(`The database of ${metadata.name} is not managed`);
  return managed;
}
