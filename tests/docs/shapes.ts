// Puts names in place of what differs from run to run, if it has the shape that it should have. An id keeps one name through
// the whole page, so an answer about the wrong object is noticed.

/** Ids, each in the shape that the platform gives it (management-api.md 1.9). */
const ids: readonly (readonly [name: string, shape: RegExp])[] = [
  ['client grant', /\bcgr_[A-Za-z0-9]{16}\b/g],
  ['third-party client', /\btpc_[A-Za-z0-9]{22}\b/g],
  ['client', /\b[A-Za-z0-9]{32}\b/g],
  ['resource server', /\b[0-9a-f]{24}\b/g],
];

const varying: readonly (readonly [name: string, shape: RegExp])[] = [
  ['date', /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g],
  ['curl', /\bcurl\/\d+\.\d+\.\d+\b/g],
];

/** Members whose numbers count what else happened. */
const COUNTERS = /"(log_id|config_version)":( ?)"?\d+"?/g;

export class Shapes {
  readonly #url: URL;
  readonly #token: RegExp;
  readonly #names = new Map<string, string>();

  /**
   * @param url where the server is, on this side of the comparison.
   * @param token what a token looks like on this side.
   */
  constructor(url: string, token: RegExp) {
    this.#url = new URL(url);
    this.#token = token;
  }

  /** To be called with the answers in order. */
  name(text: string): string {
    let named = text
      .replaceAll(this.#url.origin, '<address>')
      .replaceAll(this.#url.host, '<host>')
      .replace(this.#token, '<token>')
      .replace(COUNTERS, '"$1":$2"<number>"');
    for (const [name, shape] of varying) named = named.replace(shape, `<${name}>`);
    for (const [name, shape] of ids) named = named.replace(shape, (id) => this.#nameOf(name, id));
    return named;
  }

  #nameOf(kind: string, id: string): string {
    const name = this.#names.get(id) ?? `<${kind} ${this.#names.size + 1}>`;
    this.#names.set(id, name);
    return name;
  }
}
