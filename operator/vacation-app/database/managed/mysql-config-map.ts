import type { V1ConfigMap } from '@kubernetes/client-node';
import type { CompleteApp } from '../../../api/defaults.ts';
import type { Facts } from '../../facts.ts';
import { childMetadata, childName, DATABASE_NAME } from '../../names.ts';
import { atRevision } from '../../children/templates.ts';
import { managedSettings } from './managed-settings.ts';

/** Of the first revision: what has changed since stands in `templates.ts`. */
const SETTINGS: Readonly<Record<string, string>> = {
  max_connections: '200',
  innodb_buffer_pool_size: '256M',
  character_set_server: 'utf8mb4',
  collation_server: 'utf8mb4_0900_ai_ci',
  performance_schema: 'OFF',
  mysqlx: 'OFF',
  skip_name_resolve: 'ON',
};

/** Where the root of the volume is mounted; the server's own folder is one below it. */
export const VOLUME_PATH = '/var/lib/vacation';
export const DATA_PATH = '/var/lib/mysql';
const PREPARING = `${VOLUME_PATH}/preparing`;

/**
 * Starts the server.
 *
 * 1. The volume is marked as being prepared: an earlier preparation was cut off (the pod was evicted, its node lost) and is begun anew. The
 *    image's entrypoint would take what is there for a database that is complete. The mark is only ever set on an empty folder.
 * 2. The folder is empty: it is marked and prepared. The image's entrypoint would ignore a request to stop meanwhile, so another process
 *    passes it on: what is cut off is begun anew.
 * 3. It holds a database: the server starts on it.
 * 4. It holds anything else, or cannot be read: it is somebody's. The server does not start, and nothing is touched.
 */
const START = `#!/bin/bash
set -eu
prepare() {
  touch ${PREPARING}
  docker-entrypoint.sh mysqld &
  trap 'kill -TERM $!; wait $!; exit' TERM
  wait $!
  exit
}
refuse() { echo "$1" | tee /dev/termination-log >&2; exit 1; }
files=$(ls -A ${DATA_PATH}) || refuse "The folder mysql of the volume cannot be read: see who owns it. Nothing was changed"
if [ -e ${PREPARING} ]; then
  echo "The preparation of the volume was cut off; it begins anew"
  find ${DATA_PATH} -mindepth 1 -delete
  prepare
elif [ -z "$files" ]; then
  prepare
elif [ ! -d ${DATA_PATH}/mysql ]; then
  refuse "The folder mysql of the volume holds files but no database: move them away, or use an empty volume. Nothing was changed"
fi
exec docker-entrypoint.sh mysqld
`;

/**
 * Runs once, when the volume is empty: makes the database and its two users from the URIs that the pods use. Passwords come from
 * mounted files and are in no argument: those of the users go to the client through its standard input, root's through its environment.
 */
const BOOTSTRAP = `#!/bin/bash
set -euo pipefail
decode() { printf '%b' "\${1//%/\\\\x}"; }
quote() { local text=\${1//\\\\/\\\\\\\\}; printf "'%s'" "\${text//\\'/\\'\\'}"; }
# account FILE PRIVILEGES: the user whom the URI in the file names
account() {
  local rest user password
  rest=$(<"$1"); rest=\${rest#*://}; rest=\${rest%@*}
  user=$(quote "$(decode "\${rest%%:*}")"); password=$(quote "$(decode "\${rest#*:}")")
  echo "CREATE USER IF NOT EXISTS $user@'%' IDENTIFIED BY $password;"
  echo "GRANT $2 ON \\\`${DATABASE_NAME}\\\`.* TO $user@'%';"
}
{
  echo "CREATE DATABASE IF NOT EXISTS \\\`${DATABASE_NAME}\\\` CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;"
  account /etc/vacation/credentials/db_uri "SELECT, INSERT, UPDATE, DELETE"
  account /etc/vacation/credentials/db_migration_uri "ALL PRIVILEGES"
} | MYSQL_PWD=$(</etc/vacation/credentials/db_root_password) mysql --protocol=socket --user=root
rm ${PREPARING}
`;

/** The server's settings, and the scripts that start it and prepare an empty volume. */
export function mysqlConfigMap(app: CompleteApp, { mysql }: Facts): V1ConfigMap {
  const settings = {
    ...atRevision(mysql.revision, 'mysqlSettings', SETTINGS, app),
    ...managedSettings(app).configuration,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return {
    metadata: childMetadata(app, childName(app, 'mysql'), 'mysql'),
    data: { 'vacation.cnf': `[mysqld]\n${lines.join('\n')}\n`, 'start.sh': START, 'bootstrap.sh': BOOTSTRAP },
  };
}
