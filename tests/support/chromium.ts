import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** The browser's program; undefined where there is none. A CI run without one fails. */
export const chromiumProgram = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) =>
    (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, name)),
  )
  .find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
