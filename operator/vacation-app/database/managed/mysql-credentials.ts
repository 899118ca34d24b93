import type { CompleteApp } from '../../../api/defaults.ts';
import { childName, DATABASE_NAME } from '../../names.ts';
import type { DatabaseCredentials } from '../database-kind.ts';

/** The users and passwords of MySQL, with its address. */
export const mysqlCredentials: DatabaseCredentials = {
  keys: ['db_uri', 'db_migration_uri', 'db_root_password'],
  generate: (app, random) => {
    const uri = (user: string): string =>
      `mysql://${user}:${random(24)}@${childName(app, 'mysql')}:3306/${DATABASE_NAME}`;
    return { db_uri: uri('vacation'), db_migration_uri: uri('vacation_migration'), db_root_password: random(24) };
  },
  fault: (app, valueOf) => {
    const wrong = ['db_uri', 'db_migration_uri'].find((key) => !isOfMysql(app, valueOf(key)));
    if (wrong === undefined) return undefined;
    const form = `mysql://USER:PASSWORD@${childName(app, 'mysql')}:3306/${DATABASE_NAME}`;
    return `${wrong} must have the form ${form}, since the database is the app's own; or name another in spec.database.external of a new app`;
  },
};

function isOfMysql(app: CompleteApp, uri: string): boolean {
  const url = URL.canParse(uri.trim()) ? new URL(uri.trim()) : undefined;
  if (!url || !['mysql:', 'mysql+pymysql:'].includes(url.protocol)) return false;
  const host = childName(app, 'mysql');
  const namespace = app.metadata.namespace ?? '';
  const hosts = [host, `${host}.${namespace}`, `${host}.${namespace}.svc`, `${host}.${namespace}.svc.cluster.local`];
  const isThere = hosts.includes(url.hostname) && ['', '3306'].includes(url.port);
  return isThere && url.pathname === `/${DATABASE_NAME}` && url.username !== '' && url.password !== '';
}
