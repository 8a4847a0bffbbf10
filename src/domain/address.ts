/** The eight groups of an IPv6 address, or null. */
function groupsOf(ip: string): string[] | null {
  const [head = '', tail, more] = ip.split('::');
  if (more !== undefined) return null;
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const all = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  return all.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) ? all : null;
}

/**
 * What an address counts as where failures are counted by address: an IPv4 address itself, also where a socket shows it in
 * IPv6 form; of an IPv6 address its /64 network, since whoever has one address of a network has all of them.
 */
export function addressGroup(ip: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip) ?? [];
  if (mapped !== undefined) return mapped;
  const groups = groupsOf(ip.split('%', 1).join(''));
  if (groups === null) return ip.slice(0, 64);
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
