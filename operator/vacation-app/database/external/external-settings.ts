import type { CompleteApp, CompleteExternalDatabase } from '../../../api/defaults.ts';

/** What the spec says of an external database. Only for apps that have one. */
export function externalSettings({ metadata, spec }: CompleteApp): CompleteExternalDatabase {
  const { external } = spec.database;
  if (external === undefined) throw new TypeError(`The database of ${metadata.name} is not external`);
  return external;
}

export const endpointOf = ({ host, port }: CompleteExternalDatabase): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;
