import { fileURLToPath } from 'node:url';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const PROJECT = at('');
/** Where scripts/setup unpacks servers that it does not install. */
export const PEERS = at('.toolchain/peers/usr/sbin');
/** The rack that is measured: 108 slots. */
export const RACK_FILE = at('rack-configs/virtual-108.yaml');
