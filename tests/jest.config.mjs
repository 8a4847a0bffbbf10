/** @type {import('jest').Config} */
export default {
  rootDir: '..',
  roots: ['<rootDir>/tests'],
  testEnvironment: 'node',
  testMatch: ['**/*.test.ts'],
  // Those need clients that are installed apart: `npm run test:clients`.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/tests/clients/'],
  extensionsToTreatAsEsm: ['.ts'],
  // TypeScript sources are imported by the names of what they compile to.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  maxWorkers: 2,
  workerIdleMemoryLimit: '1500MB',
  // A browser signs in beside other work on a small machine.
  testTimeout: 90_000,
};
