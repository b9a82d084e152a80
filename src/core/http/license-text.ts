/** What `/licenses` prints: our licence, and whose work we stand on under which one. */
export const licenseText = `quolite is under the MIT licence:

MIT License

Copyright (c) 2026 The quolite authors

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.

It is built on these, each under its own licence:

@hono/node-server        MIT License       Copyright (c) 2022 - present, Yusuke Wada and Hono contributors
@sqlite.org/sqlite-wasm  Apache License 2.0; SQLite itself is in the public domain
hono                     MIT License       Copyright (c) 2021 - present, Yusuke Wada and Hono contributors
msgpackr                 MIT License       Copyright (c) 2020 Kris Zyp
xxhash-wasm              MIT License       Copyright (c) 2017 Michael Jungo
zod                      MIT License       Copyright (c) 2025 Colin McDonnell
`;
