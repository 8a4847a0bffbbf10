// What forms are made of. A mistake is said twice: in a summary at the top, which has the focus, and at its field.

import { attributes, type Content, html, type Html } from './html.js';
import { texts } from './texts.js';

/** The names under which forms send their values. */
export const FIELD = {
  /** The name that oidc-provider reads in the forms that are its own. */
  csrf: 'xsrf',
  /** Which button was pressed. */
  decision: 'decision',
  username: 'username',
  password: 'password',
  connection: 'connection',
  organization: 'organization',
  oneTimePassword: 'otp',
  recoveryCode: 'recovery_code',
  /** Whether a recovery code was saved. */
  saved: 'saved',
  /** Which request is answered, and what was shown of it. */
  consent: 'consent',
  shown: 'shown',
  /** The next four are oidc-provider's. */
  userCode: 'user_code',
  confirm: 'confirm',
  abort: 'abort',
  logout: 'logout',
} as const;

/** Where a form goes, and the token that its answer has to bring back. */
export interface FormModel {
  readonly action: string;
  readonly csrfToken: string;
}

/** A mistake, and the id of the field that it is about. */
export interface Problem {
  readonly text: string;
  readonly field?: string | undefined;
}

/** The mistakes of a form, each with a link to its field. Read out at once, and where the keyboard begins. */
export function problemSummary(problems: readonly Problem[]): Content {
  if (problems.length === 0) return undefined;
  const items = problems.map(({ text, field }) =>
    field === undefined ? html`<li>${text}</li>` : html`<li><a href="#${field}">${text}</a></li>`,
  );
  return html`<div class="problems" role="alert" tabindex="-1" autofocus aria-labelledby="problems">
    <h2 id="problems">${texts.problems}</h2>
    <ul>
      ${items}
    </ul>
  </div>`;
}

/** The form itself. What is wrong is said by the server, in the same words for every browser: hence `novalidate`. */
export function form({ action, csrfToken }: FormModel, content: Content): Html {
  return html`<form method="post" action="${action}" novalidate>
    <input type="hidden" name="${FIELD.csrf}" value="${csrfToken}" />
    ${content}
  </form>`;
}

interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly problem?: string | undefined;
  readonly input: Readonly<Record<string, string | true | undefined>>;
}

/** A field of one line, with its label above it. Its id is its name. */
export function field({ name, label, hint, problem, input }: Field): Html {
  const [hintId, problemId] = [`${name}-hint`, `${name}-problem`];
  const described = [hint !== undefined && hintId, problem !== undefined && problemId].filter(
    (id) => id !== false,
  );
  const all = attributes({
    ...input,
    'aria-invalid': problem === undefined ? undefined : 'true',
    'aria-describedby': described.length === 0 ? undefined : described.join(' '),
  });
  return html`<div class="field">
    <label for="${name}">${label}</label>
    ${hint !== undefined && html`<p class="hint" id="${hintId}">${hint}</p>`}
    ${problem !== undefined && html`<p class="field-problem" id="${problemId}">${problem}</p>`}
    <input id="${name}" name="${name}" ${all} />
  </div>`;
}

interface Choice {
  readonly name: string;
  readonly legend: string;
  readonly problem?: string | undefined;
  readonly selected?: string | undefined;
  readonly options: readonly { readonly value: string; readonly label: Content }[];
}

/** One of several, as radio buttons. The id of the first is the name of the field. */
export function choice({ name, legend, problem, selected, options }: Choice): Html {
  const problemId = `${name}-problem`;
  const described = attributes({ 'aria-describedby': problem === undefined ? undefined : problemId });
  const radios = options.map(({ value, label }, index) => {
    const id = index === 0 ? name : `${name}-${index + 1}`;
    const checked = attributes({ checked: value === selected ? true : undefined });
    return html`<label class="option" for="${id}"
      ><input type="radio" id="${id}" name="${name}" value="${value}" ${checked} /><span
        >${label}</span
      ></label
    >`;
  });
  return html`<fieldset class="field" ${described}>
    <legend>${legend}</legend>
    ${problem !== undefined && html`<p class="field-problem" id="${problemId}">${problem}</p>`}
    <div class="options">${radios}</div>
  </fieldset>`;
}

interface Checkbox {
  readonly name: string;
  readonly label: string;
  readonly problem?: string | undefined;
}

/** A box to tick, which sends `yes`. Its id is its name. */
export function checkbox({ name, label, problem }: Checkbox): Html {
  const problemId = `${name}-problem`;
  const state = attributes({
    'aria-invalid': problem === undefined ? undefined : 'true',
    'aria-describedby': problem === undefined ? undefined : problemId,
  });
  return html`<div class="field">
    ${problem !== undefined && html`<p class="field-problem" id="${problemId}">${problem}</p>`}
    <label class="option" for="${name}"
      ><input type="checkbox" id="${name}" name="${name}" value="yes" required ${state} /><span
        >${label}</span
      ></label
    >
  </div>`;
}

interface Button {
  /** Absent where the button sends nothing of its own. */
  readonly name?: string;
  readonly value?: string;
  readonly label: Content;
  readonly kind?: 'primary' | 'secondary' | 'quiet';
}

export function button({ name, value, label, kind = 'primary' }: Button): Html {
  return html`<button type="submit" class="${kind}" ${attributes({ name, value })}>${label}</button>`;
}

/** The first of them is what the Enter key presses. */
export function buttons(...all: readonly Html[]): Html {
  return html`<div class="buttons">${all}</div>`;
}

/** Names and values, one above the other. */
export function facts(rows: readonly (readonly [name: string, value: Content] | undefined)[]): Html {
  const written = rows.flatMap((row) =>
    row === undefined
      ? []
      : [
          html`<div>
            <dt>${row[0]}</dt>
            <dd>${row[1]}</dd>
          </div>`,
        ],
  );
  return html`<dl class="facts">${written}</dl>`;
}
