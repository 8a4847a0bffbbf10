import { engines } from '../support/engines.js';
import { storageConformance } from './conformance.js';

for (const engine of engines) storageConformance(engine);
