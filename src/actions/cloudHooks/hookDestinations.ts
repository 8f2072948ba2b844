import { promises as dns, type LookupAddress } from 'node:dns';
import { BlockList, isIP } from 'node:net';

/** Resolves a host name to all of its addresses. */
export type Resolve = (hostName: string) => Promise<LookupAddress[]>;

/**
 * The IPv4 addresses that are not on the public internet, and public ones that reach the machine's own platform.
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const NOT_PUBLIC_IPV4 = [
  '0.0.0.0/8', // this host
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by customers of one carrier
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // Azure answers virtual machines here
  '169.254.0.0/16', // link-local, with the metadata services of most clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments, with the metadata service of Oracle's cloud
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, with the broadcast address
];

/** All public IPv6 addresses are in this range: https://www.iana.org/assignments/ipv6-address-space */
const GLOBAL_UNICAST_IPV6 = '2000::/3';
/** The parts of it that are not public, or that contain an IPv4 address. */
const NOT_PUBLIC_IPV6 = [
  '2001::/23', // protocol assignments, with Teredo
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
];

function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

const notPublicIpv4 = blockListOf(NOT_PUBLIC_IPV4);
const notPublicIpv6 = blockListOf(NOT_PUBLIC_IPV6);
const globalUnicastIpv6 = blockListOf([GLOBAL_UNICAST_IPV6]);

/** Whether an IP address, without a zone, belongs to a machine on the public internet. */
export const isPublicAddress = (address: string): boolean =>
  isIP(address) === 4
    ? !notPublicIpv4.check(address)
    : isIP(address) === 6 && globalUnicastIpv6.check(address, 'ipv6') && !notPublicIpv6.check(address, 'ipv6');

/** Where cloud hooks may send requests: to public addresses, and to what the operator lists. */
export interface HookDestinations {
  /**
   * Whether a URL's host may be a destination, as far as its text tells: the addresses of a name are checked when a
   * request is sent.
   */
  mayBeAllowed(url: URL): boolean;
  /** Returns the addresses of the URL's host to which a request may connect. Empty: there are none. */
  addressesOf(url: URL): Promise<LookupAddress[]>;
}

/**
 * @param allowed host names, IP addresses and ranges such as `10.0.0.0/8`, checked by the settings. A listed name is
 *   allowed with any address that it resolves to.
 */
export function createHookDestinations(
  allowed: readonly string[],
  resolve: Resolve = resolvePublicly,
): HookDestinations {
  const isRange = (entry: string) => isIP(entry.split('/', 1)[0] ?? '') !== 0;
  const ranges = blockListOf(allowed.filter(isRange));
  const names = new Set(allowed.filter((entry) => !isRange(entry)).map(canonicalName));
  const isAllowed = ({ address, family }: LookupAddress) =>
    !address.includes('%') && (isPublicAddress(address) || ranges.check(address, family === 6 ? 'ipv6' : 'ipv4'));

  return {
    mayBeAllowed(url) {
      const known = knownAddressesOf(hostOf(url));
      return known === null || names.has(hostOf(url)) || known.some(isAllowed);
    },
    async addressesOf(url) {
      const host = hostOf(url);
      if (names.has(host)) return dns.lookup(host, { all: true });
      return (knownAddressesOf(host) ?? (await resolve(host))).filter(isAllowed);
    },
  };
}

/** Returns the addresses of a host that is an IP address or this machine; null for any other name. */
function knownAddressesOf(host: string): LookupAddress[] | null {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  // RFC 6761: these names are loopback addresses, no matter what a resolver says.
  if (host !== 'localhost' && !host.endsWith('.localhost')) return null;
  return [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
}

/** `URL` has replaced other spellings: decimal, octal and short IPv4 addresses, capitals, full-width characters. */
const hostOf = ({ hostname }: URL): string => canonicalName(hostname.replace(/^\[|\]$/g, ''));
const canonicalName = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/**
 * Asks the name servers directly. `dns.lookup` would occupy one of Node's four threads, which compression uses, too,
 * until a slow name server answers.
 */
async function resolvePublicly(hostName: string): Promise<LookupAddress[]> {
  const resolver = new dns.Resolver({ timeout: 1000, tries: 2 });
  const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(hostName), resolver.resolve6(hostName)]);
  return [
    ...(ipv4.status === 'fulfilled' ? ipv4.value.map((address) => ({ address, family: 4 })) : []),
    ...(ipv6.status === 'fulfilled' ? ipv6.value.map((address) => ({ address, family: 6 })) : []),
  ];
}
