// Brings a fresh clone to the point where it can start or be tested: packages, generated code, compiled code, and the
// template of the embedded database. Each step is skipped while its inputs are what they were. It runs before anything is
// installed, so it is plain JavaScript on Node alone.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const stampFile = path.join(root, 'node_modules/.cache/grantry/setup.json');

/** @param {string[]} entries files and folders, relative to the root */
function hashOf(entries) {
  const hash = createHash('sha256');
  const add = (/** @type {string} */ entry) => {
    const file = path.join(root, entry);
    if (!existsSync(file)) return;
    const children = readdirSync(file, { withFileTypes: true, recursive: false });
    for (const child of children.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const at = path.join(entry, child.name);
      if (child.isDirectory()) {
        if (at !== path.join('src', 'generated', 'prisma')) add(at);
      } else hash.update(at).update(readFileSync(path.join(root, at)));
    }
  };
  for (const entry of entries) {
    const file = path.join(root, entry);
    if (existsSync(file) && !isDirectory(file)) hash.update(entry).update(readFileSync(file));
    else add(entry);
  }
  return hash.digest('hex');
}

function isDirectory(/** @type {string} */ file) {
  try {
    readdirSync(file);
    return true;
  } catch {
    return false;
  }
}

function run(/** @type {string} */ command, /** @type {string[]} */ args) {
  try {
    execFileSync(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
  } catch (error) {
    const { stdout, stderr } = /** @type {{ stdout?: Buffer; stderr?: Buffer }} */ (error);
    process.stderr.write(
      `${String(stdout ?? '')}${String(stderr ?? '')}\n\`${command} ${args.join(' ')}\` failed\n`,
    );
    process.exit(1);
  }
}

/** Calls a function of the compiled code, in a process of its own: in this one nothing may be loaded before it is there. */
const call = (/** @type {string} */ module, /** @type {string} */ name) =>
  run(process.execPath, ['--input-type=module', '-e', `await (await import('${module}')).${name}()`]);

const bin = (/** @type {string} */ name) => path.join(root, 'node_modules', '.bin', name);

/** In order. A step that runs makes the next ones run that build on it. */
const steps = [
  {
    name: 'packages',
    says: 'Installing packages…',
    inputs: ['package-lock.json'],
    buildsOn: [],
    makes: 'node_modules/.package-lock.json',
    run: () => run('npm', ['ci', '--no-audit', '--no-fund']),
  },
  {
    name: 'database client',
    says: 'Generating the database client…',
    inputs: ['prisma/schema.prisma'],
    buildsOn: ['packages'],
    makes: 'src/generated/prisma/client.ts',
    run: () => run(bin('prisma'), ['generate', '--config', 'prisma/prisma.config.ts']),
  },
  {
    name: 'server',
    says: 'Compiling…',
    inputs: ['tsconfig.json', 'src', 'openapi.yaml'],
    buildsOn: ['packages', 'database client'],
    makes: 'dist/openapi.json',
    run: () => {
      rmSync(path.join(root, 'dist'), { recursive: true, force: true });
      run(bin('tsc'), ['--project', '.']);
      call('./dist/http/contract-file.js', 'compileContract');
    },
  },
  {
    name: 'database template',
    says: 'Making the template of the embedded database…',
    inputs: ['prisma/migrations'],
    // Installing packages empties the folder that the template's directory is in.
    buildsOn: ['packages'],
    makes: 'prisma/template',
    run: () => call('./dist/storage/prisma/template.js', 'makeTemplate'),
  },
];

/** @type {Record<string, string>} */
let done = {};
try {
  done = JSON.parse(readFileSync(stampFile, 'utf8'));
} catch {
  // First time.
}

/** @type {Set<string>} */
const ran = new Set();
for (const step of steps) {
  const inputs = hashOf(step.inputs);
  const isMissing = !existsSync(path.join(root, step.makes));
  if (done[step.name] === inputs && !isMissing && !step.buildsOn.some((name) => ran.has(name))) continue;
  process.stderr.write(`${step.says}\n`);
  step.run();
  ran.add(step.name);
  done = { ...done, [step.name]: inputs };
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify(done));
}
