import { addressGroup } from '../../src/domain/address.js';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:DB8:0:0:ffff:ffff:ffff:ffff', '2001:db8:0:0::/64'],
  ['2001:0db8:0000:0001::', '2001:db8:0:1::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4::/64'],
])('%s counts as %s', (ip, group) => {
  expect(addressGroup(ip)).toBe(group);
});

test.each(['', '1::2::3', '1:2:3', '1:2:3:4:5:6:7:8:9', 'g::1', 'x'.repeat(64)])(
  '%j, which is no address, counts as itself',
  (text) => {
    expect(addressGroup(text)).toBe(text);
  },
);

test('a text that is no address is cut', () => {
  expect(addressGroup('x'.repeat(1000))).toHaveLength(64);
});
