#!/bin/bash
# The interface of the official mysql image, as much of it as the project uses.
set -eo pipefail

data=/var/lib/mysql
socket=/var/run/mysqld/mysqld.sock

note() { echo "[Entrypoint] $*"; }

# file_env NAME: sets it from the file that NAME_FILE names
file_env() {
	local file="$1_FILE"
	[ -z "${!file:-}" ] || export "$1=$(<"${!file}")"
}

escape() {
	local text=${1//\\/\\\\}
	printf %s "${text//\'/\\\'}"
}

# by the environment: arguments can be seen by every process
sql() { MYSQL_PWD=$password mysql --protocol=socket --user=root --socket="$socket" --comments "$@"; }

accounts() {
	local root
	root=$(escape "$MYSQL_ROOT_PASSWORD")
	echo "SET @@SESSION.SQL_LOG_BIN=0;"
	# root@localhost is there from the beginning
	case ${MYSQL_ROOT_HOST-%} in
	'' | localhost) ;;
	*)
		echo "CREATE USER 'root'@'$root_host' IDENTIFIED BY '$root';"
		echo "GRANT ALL ON *.* TO 'root'@'$root_host' WITH GRANT OPTION;"
		;;
	esac
	echo "DROP DATABASE IF EXISTS test;"
	[ -z "$MYSQL_DATABASE" ] || echo "CREATE DATABASE IF NOT EXISTS \`$MYSQL_DATABASE\`;"
	if [ -n "$MYSQL_USER" ]; then
		echo "CREATE USER '$MYSQL_USER'@'%' IDENTIFIED BY '$(escape "$MYSQL_PASSWORD")';"
		[ -z "$MYSQL_DATABASE" ] || echo "GRANT ALL ON \`${MYSQL_DATABASE//_/\\_}\`.* TO '$MYSQL_USER'@'%';"
	fi
	echo "ALTER USER 'root'@'localhost' IDENTIFIED BY '$root';"
	echo "FLUSH PRIVILEGES;"
}

initialise() {
	local name file server
	for name in MYSQL_ROOT_PASSWORD MYSQL_DATABASE MYSQL_USER MYSQL_PASSWORD; do file_env "$name"; done
	if [ -z "$MYSQL_ROOT_PASSWORD$MYSQL_ALLOW_EMPTY_PASSWORD$MYSQL_RANDOM_ROOT_PASSWORD" ]; then
		note "set one of MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD, MYSQL_RANDOM_ROOT_PASSWORD" >&2
		exit 1
	fi
	if [ -n "$MYSQL_RANDOM_ROOT_PASSWORD" ]; then
		MYSQL_ROOT_PASSWORD=$(head -c 18 /dev/urandom | base64)
		note "GENERATED ROOT PASSWORD: $MYSQL_ROOT_PASSWORD"
	fi
	root_host=${MYSQL_ROOT_HOST-%}

	note "Initializing database files"
	"$@" --initialize-insecure
	"$@" --skip-networking --mysqlx=OFF --socket="$socket" &
	server=$!
	password=
	for _ in {1..600}; do
		sql --execute 'SELECT 1' >/dev/null 2>&1 && break
		kill -0 "$server" # with -e: no server, no use to wait
		sleep 0.1
	done
	accounts | sql
	password=$MYSQL_ROOT_PASSWORD
	for file in /docker-entrypoint-initdb.d/*; do
		case $file in
		*.sh)
			note "running $file"
			if [ -x "$file" ]; then "$file"; else . "$file"; fi
			;;
		*.sql)
			note "running $file"
			sql ${MYSQL_DATABASE:+"$MYSQL_DATABASE"} <"$file"
			;;
		*.sql.gz)
			note "running $file"
			gunzip -c "$file" | sql ${MYSQL_DATABASE:+"$MYSQL_DATABASE"}
			;;
		esac
	done
	kill "$server"
	wait "$server" || true
	note "MySQL init process done. Ready for start up."
}

[ "${1:0:1}" = - ] && set -- mysqld "$@"
if [ "$1" = mysqld ] && [ "$(id -u)" = 0 ]; then
	chown -R mysql:mysql "$data" /var/run/mysqld
	exec setpriv --reuid mysql --regid mysql --clear-groups "$0" "$@"
fi
if [ "$1" = mysqld ] && [ ! -d "$data/mysql" ]; then
	initialise "$@"
fi
exec "$@"
