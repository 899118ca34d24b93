import { appendFile, chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { debianTree } from './debian.ts';

/** The user of the official image. */
export const MYSQL_UID = 999;

/** A Debian tree with Oracle's MySQL server and clients: Debian's stable releases carry only MariaDB, sid has both. */
export function mysqlTree(): Promise<string> {
  return debianTree({
    name: 'mysql',
    suite: 'sid',
    packages: ['mysql-server-core', 'mysql-client-core'],
    trim: [
      'usr/lib/mysql/plugin/*_client.so',
      'usr/bin/{mysqlslap,mysql_migrate_keyring,mysql_secure_installation,mysqlimport,mysqlshow,mysqlcheck}',
      'usr/bin/{mysql_config_editor,perror,ibd2sdi,innochecksum,myisam*,mysqld_multi,mysqldumpslow}',
      'usr/share/mysql/{bulgarian,czech,danish,dutch,estonian,french,german,greek,hungarian,italian,japanese,korean}',
      'usr/share/mysql/{norwegian,norwegian-ny,polish,portuguese,romanian,russian,serbian,slovak,spanish,swedish,ukrainian}',
    ],
    revision: 1,
    finish: async (folder) => {
      await appendFile(join(folder, 'etc/group'), `mysql:x:${MYSQL_UID}:\n`);
      await appendFile(join(folder, 'etc/passwd'), `mysql:x:${MYSQL_UID}:${MYSQL_UID}::/var/lib/mysql:/bin/false\n`);
      // run/mysqld, not var/run/mysqld: debootstrap makes var/run an absolute link, which would end on the host
      for (const name of ['docker-entrypoint-initdb.d', 'etc/mysql/conf.d', 'var/lib/mysql', 'run/mysqld']) {
        await mkdir(join(folder, name), { recursive: true });
      }
      for (const name of ['var/lib/mysql', 'run/mysqld']) await chown(join(folder, name), MYSQL_UID, MYSQL_UID);
      await chmod(join(folder, 'run/mysqld'), 0o1777);
    },
  });
}
