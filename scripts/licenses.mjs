// Collects the licences of the bundled packages. Their texts must be distributed with the code.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Licences that allow redistribution in a program under Apache 2.0, if their text is included. */
const ALLOWED = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** For packages that name the MIT licence but do not contain its text. */
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to
whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const LICENSE_FILE = /^(licence|license|notice|copying)/i;

/** Returns the name, version and licence of each package that the files belong to. Throws unless all may be bundled. */
export async function licensesOf(files, root) {
  const directories = new Set(files.flatMap((file) => PACKAGE.exec(file)?.[1] ?? []));
  const licenses = await Promise.all([...directories].map((directory) => licenseOf(path.join(root, directory))));
  // A package can be in the bundle twice at the same version.
  return `${[...new Set(licenses)].sort().join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

async function licenseOf(directory) {
  const { name, version, license, author } = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8'));
  if (!ALLOWED.includes(license)) throw new Error(`${name} ${version} must not be bundled: its licence is ${license}.`);
  const names = (await readdir(directory)).filter((file) => LICENSE_FILE.test(file));
  const texts = await Promise.all(names.map((file) => readFile(path.join(directory, file), 'utf8')));
  if (texts.length === 0 && license !== 'MIT') throw new Error(`${name} ${version} has no licence text.`);
  if (texts.length === 0) texts.push(`Copyright (c) ${author?.name ?? author ?? `the authors of ${name}`}\n\n${MIT}`);
  return [`${name} ${version} (${license})`, ...texts.map((text) => text.trim())].join('\n\n');
}
