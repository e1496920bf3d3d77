import { lookup as resolveName } from "node:dns";
import type { LookupAddress, LookupOptions } from "node:dns";
import { BlockList, isIP } from "node:net";
import { TramontaneError } from "#base";

/** Addresses that are not the public Internet (IANA special-purpose registries): what a forged address would aim at. */
const INTERNAL: readonly (readonly [network: string, prefix: number, family: "ipv4" | "ipv6"])[] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["::", 128, "ipv6"],
  ["::1", 128, "ipv6"],
  ["64:ff9b::", 96, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
];

function internalNetworks(): BlockList {
  const list = new BlockList();
  for (const [network, prefix, family] of INTERNAL) list.addSubnet(network, prefix, family);
  return list;
}

/** Whether an address is of this machine or a private network; an IPv4 address in IPv6 clothes counts as what it is. */
export function isInternalAddress(address: string): boolean {
  const networks = internalNetworks();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  // BlockList matches hexadecimal forms of mapped addresses against the IPv4 networks itself.
  return networks.check(plain, isIP(plain) === 6 ? "ipv6" : "ipv4");
}

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** Keeps requests out of this machine and its private networks. Both ways are needed: sockets look up names only. */
export class AddressGuard {
  readonly #hint: string;

  /** `hint`: what to do where an internal address is meant. */
  constructor(hint: string) {
    this.#hint = hint;
  }

  /** Throws `forbidden` for an address that is written out and internal; names are checked when they are looked up. */
  refuseInternal(hostname: string): void {
    const bare = hostname.replace(/^\[|\]$/g, "");
    if (isIP(bare) !== 0 && isInternalAddress(bare)) throw this.#refusal(hostname, bare);
  }

  /**
   * A name lookup for sockets that refuses internal addresses. The address that was checked is the one connected to, so a
   * name that changes its mind in between gains nothing.
   */
  readonly lookup = (hostname: string, options: LookupOptions, callback: LookupCallback): void => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const internal = addresses.find(({ address }) => isInternalAddress(address));
      if (internal !== undefined) return callback(this.#refusal(hostname, internal.address), []);
      const [first] = addresses;
      if (options.all === true) return callback(null, addresses);
      callback(null, first!.address, first!.family);
    });
  };

  #refusal(hostname: string, address: string): TramontaneError {
    const message = `${hostname} leads to ${address}, which is not a public address.`;
    return new TramontaneError("forbidden", message, { hint: this.#hint });
  }
}
