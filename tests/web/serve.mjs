// SPDX-License-Identifier: MIT
// Serves a folder on localhost, like a static host: node serve.mjs FOLDER PORT; port 0: any. Prints
// the port when it is ready.

import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const [folder, port] = process.argv.slice(2);
const types = {
    '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json',
    '.wasm': 'application/wasm',
};

const server = http.createServer((request, response) => {
    const name = path.normalize(new URL(request.url, 'http://localhost').pathname);
    const file = path.join(folder, name.endsWith('/') ? `${name}index.html` : name);
    fs.readFile(file, (error, bytes) => {
        response.writeHead(error ? 404 : 200, {
            'content-type': types[path.extname(file)] ?? 'application/octet-stream',
            'cache-control': 'no-store',
        });
        response.end(bytes);
    });
});
server.listen(Number(port), '127.0.0.1', () => console.log(server.address().port));
