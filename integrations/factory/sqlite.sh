#!/bin/sh
# SPDX-License-Identifier: MIT
# A board database in one SQLite file, for boot0 gang:
#   sqlite.sh create    makes the table
#   sqlite.sh take      for --each: a number and a key for the board
#   sqlite.sh done      for --done: how the board ended
#   sqlite.sh list      shows all boards
# FACTORY_DB names the file.
set -eu
database=${FACTORY_DB:-factory.db}

# A text as a literal of SQL. Serial numbers come from boards: never trust them.
quote() {
    printf "'"
    printf '%s' "$1" | sed "s/'/''/g"
    printf "'"
}

# SQL on standard input. Other stations may hold the file: wait up to 30 s for it.
sql() {
    sqlite3 -batch -bail -init /dev/null -cmd '.timeout 30000' "$database"
}

create() {
    sql <<'END'
CREATE TABLE IF NOT EXISTS board (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    serial TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL,
    state TEXT NOT NULL,
    error TEXT NOT NULL DEFAULT '',
    sha256 TEXT NOT NULL DEFAULT '',
    changed TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
END
}

# One transaction, so that no number is given twice. A board that comes again keeps its own.
take() {
    serial=$(quote "$BOOT0_SERIAL")
    sql <<END
BEGIN IMMEDIATE;
INSERT INTO board (serial, key, state) VALUES ($serial, lower(hex(randomblob(16))), 'taken')
    ON CONFLICT (serial) DO UPDATE SET state = 'taken', changed = CURRENT_TIMESTAMP;
SELECT json_object('number', number, 'name', printf('B%05d', number),
                   'secret', json_object('key', key))
    FROM board WHERE serial = $serial;
COMMIT;
END
}

report() {
    sql <<END
UPDATE board SET state = $(quote "$BOOT0_RESULT"), error = $(quote "$BOOT0_ERROR"),
    sha256 = $(quote "$BOOT0_SHA256"), changed = CURRENT_TIMESTAMP
    WHERE serial = $(quote "$BOOT0_SERIAL");
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
    echo "usage: sqlite.sh create|take|done|list" >&2
    exit 64
    ;;
esac
