import type { UserField, UserSearch } from '../../../src/domain/user-search.js';
import type { UserOrder } from '../../../src/storage/config.js';
import type { Storage } from '../../../src/storage/storage.js';
import {
  aConnection,
  aUser,
  change,
  countedPage,
  everything,
  givenUserConnection,
  type Opened,
} from '../fixtures.js';

const EVERYBODY: UserSearch = { kind: 'all', of: [] };

export function userSearchConformance(opened: Opened): void {
  describe('searches for users', () => {
    let storage: Storage;
    beforeAll(async () => {
      storage = opened();
      await givenUserConnection(storage);
      await change(storage, ({ connections }) =>
        connections.create(aConnection({ name: 'sms', strategy: 'sms' })),
      );
      const at = (day: number) => new Date(Date.UTC(2026, 0, day));
      await change(storage, async ({ users }) => {
        await users.create(
          aUser({
            userId: 'auth0|ann',
            email: 'ann@example.com',
            emailVerified: true,
            name: 'Ann_1 Smith',
            nickname: 'a',
            createdAt: at(1),
            userMetadata: { plan: 'Gold', seats: 3, beta: true, tags: ['x', 'y'], deep: { er: 'z' } },
          }),
        );
        await users.create(
          aUser({
            userId: 'auth0|bob',
            email: 'bob@example.com',
            name: 'AnnX1 Smithson',
            nickname: 'c',
            blocked: true,
            createdAt: at(2),
            appMetadata: { plan: 'gold' },
          }),
        );
        await users.create(
          aUser({
            userId: 'sms|cy',
            provider: 'sms',
            connection: 'sms',
            email: null,
            emailVerified: null,
            phoneNumber: '+15550001',
            name: '100% Cy\\',
            nickname: 'b',
            createdAt: at(3),
          }),
        );
      });
    });

    const found = async (search: UserSearch, order?: UserOrder): Promise<string[]> => {
      const { items } = await storage.config.users.list(search, everything, order);
      return items.map(({ userId }) => userId.split('|')[1] ?? '');
    };
    type Text = (UserField & { kind: 'text' })['name'];
    type How = (UserSearch & { kind: 'matches' })['match']['how'];
    const text = (name: Text, how: How, value: string): UserSearch => ({
      kind: 'matches',
      field: { kind: 'text', name },
      match: { how, text: value },
    });
    const metadata = (path: string[], how: How, value: string): UserSearch => ({
      kind: 'matches',
      field: { kind: 'metadata', name: 'userMetadata', path },
      match: { how, text: value },
    });

    test.each<[UserSearch, string[]]>([
      [EVERYBODY, ['ann', 'bob', 'cy']],
      [{ kind: 'nothing' }, []],
      [{ kind: 'not', of: { kind: 'nothing' } }, ['ann', 'bob', 'cy']],
      [text('email', 'equals', 'ANN@example.com'), ['ann']],
      [text('email', 'endsWith', '@EXAMPLE.com'), ['ann', 'bob']],
      [text('userId', 'equals', 'auth0|ann'), ['ann']],
      [text('userId', 'equals', 'AUTH0|ann'), []],
      [text('connection', 'equals', 'SMS'), ['cy']],
      [text('name', 'equals', 'ann_1 smith'), ['ann']],
      [text('name', 'startsWith', 'ann_'), ['ann']],
      [text('name', 'startsWith', 'ANN'), ['ann', 'bob']],
      [text('name', 'contains', '%'), ['cy']],
      [text('name', 'endsWith', '\\'), ['cy']],
      [metadata(['plan'], 'equals', 'Gold'), ['ann']],
      [metadata(['plan'], 'equals', 'gold'), []],
      [metadata(['plan'], 'startsWith', 'Go'), ['ann']],
      [metadata(['plan'], 'contains', '%'), []],
      [metadata(['seats'], 'equals', '3'), ['ann']],
      [metadata(['beta'], 'equals', 'true'), ['ann']],
      [metadata(['tags'], 'equals', 'y'), ['ann']],
      [metadata(['deep', 'er'], 'equals', 'z'), ['ann']],
      [metadata(['deep'], 'equals', 'z'), []],
      [{ kind: 'is', field: { kind: 'flag', name: 'blocked' }, value: true }, ['bob']],
      [{ kind: 'is', field: { kind: 'flag', name: 'emailVerified' }, value: false }, ['bob']],
      [{ kind: 'exists', field: { kind: 'text', name: 'email' } }, ['ann', 'bob']],
      [{ kind: 'exists', field: { kind: 'text', name: 'userId' } }, ['ann', 'bob', 'cy']],
      [{ kind: 'not', of: { kind: 'exists', field: { kind: 'time', name: 'createdAt' } } }, []],
      [{ kind: 'not', of: text('userId', 'equals', 'auth0|ann') }, ['bob', 'cy']],
      [{ kind: 'all', of: [{ kind: 'nothing' }] }, []],
      [{ kind: 'any', of: [{ kind: 'nothing' }, text('nickname', 'equals', 'b')] }, ['cy']],
      [{ kind: 'any', of: [] }, []],
      [{ kind: 'exists', field: { kind: 'metadata', name: 'userMetadata', path: ['plan'] } }, ['ann']],
      [{ kind: 'exists', field: { kind: 'metadata', name: 'appMetadata', path: ['plan'] } }, ['bob']],
      [
        {
          kind: 'between',
          field: { kind: 'time', name: 'createdAt' },
          from: new Date(Date.UTC(2026, 0, 2)),
          to: null,
        },
        ['bob', 'cy'],
      ],
      [
        { kind: 'all', of: [text('email', 'endsWith', 'example.com'), text('nickname', 'equals', 'c')] },
        ['bob'],
      ],
      [
        { kind: 'any', of: [text('nickname', 'equals', 'b'), text('email', 'equals', 'ann@example.com')] },
        ['ann', 'cy'],
      ],
      [{ kind: 'not', of: text('nickname', 'equals', 'b') }, ['ann', 'bob']],
      // Whoever has no value does not match.
      [{ kind: 'not', of: text('email', 'equals', 'ann@example.com') }, ['bob', 'cy']],
      [
        { kind: 'not', of: { kind: 'is', field: { kind: 'flag', name: 'blocked' }, value: true } },
        ['ann', 'cy'],
      ],
      [{ kind: 'not', of: metadata(['plan'], 'equals', 'Gold') }, ['bob', 'cy']],
      [{ kind: 'not', of: metadata(['tags'], 'equals', 'x') }, ['bob', 'cy']],
      [{ kind: 'not', of: { kind: 'exists', field: { kind: 'text', name: 'email' } } }, ['cy']],
      [
        {
          kind: 'not',
          of: { kind: 'exists', field: { kind: 'metadata', name: 'userMetadata', path: ['plan'] } },
        },
        ['bob', 'cy'],
      ],
      [
        {
          kind: 'not',
          of: {
            kind: 'any',
            of: [text('nickname', 'equals', 'b'), text('email', 'equals', 'bob@example.com')],
          },
        },
        ['ann'],
      ],
      [
        {
          kind: 'not',
          of: { kind: 'all', of: [text('nickname', 'equals', 'a'), text('email', 'startsWith', 'ann')] },
        },
        ['bob', 'cy'],
      ],
      [{ kind: 'not', of: { kind: 'not', of: text('nickname', 'equals', 'b') } }, ['cy']],
    ])('%j', async (search, expected) => {
      expect(await found(search)).toEqual(expected);
    });

    test('a counted page counts everybody', async () => {
      const listing = await storage.config.users.list(EVERYBODY, countedPage(2, 2));
      expect(listing).toMatchObject({ items: [{ userId: 'sms|cy' }], total: 3, next: null });
    });

    test.each<[UserOrder['by'], boolean, string[]]>([
      ['created_at', true, ['cy', 'bob', 'ann']],
      ['nickname', false, ['ann', 'cy', 'bob']],
      ['user_id', true, ['cy', 'bob', 'ann']],
      ['email', false, ['ann', 'bob', 'cy']],
    ])('by %s, descending: %s', async (by, descending, expected) => {
      expect(await found(EVERYBODY, { by, descending })).toEqual(expected);
    });
  });
}
