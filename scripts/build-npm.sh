#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes the npm package of the flasher from build/web: build/npm/boot0-VERSION.tgz. TypeScript,
# which generates the declarations from the comments, comes from npm: build/web-tools.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly tools=build/web-tools package=build/npm/package

scripts/web-tools.sh
rm -rf build/npm
mkdir -p "$package"
cp -r build/web/. "$package"
cp -r web/examples web/README.md LICENSE "$package"
"$tools/node_modules/.bin/tsc" -p web --typeRoots "$tools/node_modules/@types" --noEmit false \
    --declaration --emitDeclarationOnly --outDir "$package"
# Omits the fields that only the tests need. The version is the library's.
node - web/package.json "$package/package.json" <<'END'
const fs = require('node:fs');
const [from, to] = process.argv.slice(2);
const {devDependencies, ...rest} = JSON.parse(fs.readFileSync(from, 'utf8'));
rest.version = /version: '([^']+)'/.exec(fs.readFileSync('meson.build', 'utf8'))[1];
fs.writeFileSync(to, `${JSON.stringify(rest, null, 2)}\n`);
END
npm pack --silent --pack-destination build/npm "./$package"
