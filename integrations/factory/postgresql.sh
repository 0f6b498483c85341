#!/bin/sh
# SPDX-License-Identifier: MIT
# A board database in PostgreSQL, for boot0 gang:
#   postgresql.sh create    makes the table
#   postgresql.sh take      for --each: a number and a key for the board
#   postgresql.sh done      for --done: how the board ended
#   postgresql.sh list      shows all boards
# psql finds the server by PGHOST, PGDATABASE, PGUSER and ~/.pgpass, as usual.
set -eu

# SQL on standard input; variables are given as name=value, and used as :'name', which quotes them.
sql() {
    for variable in "$@"; do
        set -- "$@" -v "$variable"
        shift
    done
    psql -X -q -A -t -w -v ON_ERROR_STOP=1 "$@"
}

create() {
    sql <<'END'
CREATE TABLE IF NOT EXISTS board (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    serial text NOT NULL UNIQUE,
    key text NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', ''),
    state text NOT NULL DEFAULT 'taken',
    error text NOT NULL DEFAULT '',
    sha256 text NOT NULL DEFAULT '',
    changed timestamptz NOT NULL DEFAULT now()
);
END
}

# One statement, so that no number is given twice. A board that comes again keeps its own.
take() {
    sql serial="$BOOT0_SERIAL" <<'END'
WITH known AS (
    UPDATE board SET state = 'taken', changed = now() WHERE serial = :'serial' RETURNING *
), added AS (
    INSERT INTO board (serial) SELECT :'serial' WHERE NOT EXISTS (SELECT FROM known) RETURNING *
)
SELECT json_build_object('number', number, 'name', 'B' || lpad(number::text, 5, '0'),
                         'secret', json_build_object('key', key))
    FROM (SELECT * FROM known UNION ALL SELECT * FROM added) AS board;
END
}

report() {
    sql serial="$BOOT0_SERIAL" state="$BOOT0_RESULT" error="$BOOT0_ERROR" \
        sha256="$BOOT0_SHA256" <<'END'
UPDATE board SET state = :'state', error = :'error', sha256 = :'sha256', changed = now()
    WHERE serial = :'serial';
END
}

case ${1-} in
create) create ;;
take)
    if [ -z "${BOOT0_SERIAL-}" ]; then
        echo "the board has no serial number" >&2
        exit 1
    fi
    take
    ;;
done) report ;;
list) echo 'SELECT number, serial, state, error FROM board ORDER BY number;' | sql ;;
*)
    echo "usage: postgresql.sh create|take|done|list" >&2
    exit 64
    ;;
esac
