/** What is backed up, and what a new controller would need besides the databases. */
import type { BackupsPlan, SecretRef } from '../plan.ts';
import { slotNumber } from '../units.ts';
import type { RackFile } from './schema.ts';

/** @param path of the rack file, absolute */
export function backupsPlan(
  file: RackFile,
  backups: NonNullable<RackFile['backups']>,
  at: (path: string) => string,
  path: string,
): BackupsPlan {
  const { repository, schedule, keep } = backups;
  const remote = /^[a-z0-9]+:/.test(repository) && !repository.startsWith('state:');
  const all = file.slots.flatMap(({ slots }) => slots);
  const slots = backups.slots === 'all' ? all : backups.slots;
  const secrets = secretsOf(file);
  const named = secrets.flatMap((ref) => ('file' in ref ? [at(ref.file)] : []));
  const tls = file.api?.tls === undefined ? [] : [at(file.api.tls.cert), at(file.api.tls.key)];
  return {
    repository: remote ? repository : at(repository),
    passwordFile: at(backups.password_file),
    credentials: backups.credentials === undefined ? undefined : at(backups.credentials),
    slots: [...slots].sort((a, b) => a - b).map(slotNumber),
    schedule,
    keep,
    exclude: backups.exclude,
    bandwidth: backups.bandwidth,
    largestFile: backups.largest_file,
    concurrent: backups.concurrent,
    overdueDays: backups.overdue_days,
    trial: backups.trial,
    images: backups.images,
    files: [...new Set([path, ...named, ...tls])],
    variables: [...new Set(secrets.flatMap((ref) => ('env' in ref ? [ref.env] : [])))],
  };
}

function secretsOf(file: RackFile): readonly SecretRef[] {
  return file.switches.flatMap(({ snmp, ssh }) => [
    ...(snmp.version === '2c' ? [snmp.community] : [snmp.auth.key, snmp.priv.key]),
    ...(ssh?.password === undefined ? [] : [ssh.password]),
    ...(ssh?.key === undefined ? [] : [ssh.key]),
  ]);
}
