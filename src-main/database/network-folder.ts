import { statfsSync } from 'node:fs';

/** `statfs` types of file systems whose locks and shared memory can't be relied on (Linux, include/uapi/linux/magic.h). */
const NETWORK_TYPES: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB 2
  0x5346414f, // AFS
  0x01021997, // 9P
  0x00c36400, // Ceph
]);

/** True when the folder is known to lie on a network file system; other systems than Linux are taken to be local. */
export function isOnNetwork(folder: string): boolean {
  return process.platform === 'linux' && NETWORK_TYPES.has(statfsSync(folder).type >>> 0);
}
