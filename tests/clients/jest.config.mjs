import base from '../jest.config.mjs';

/** @type {import('jest').Config} */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/tests/clients'],
  testPathIgnorePatterns: ['/node_modules/'],
  // An import by deploy-cli takes 15 s of processor time, and a machine can be busy.
  testTimeout: 600_000,
};
