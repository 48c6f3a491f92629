import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** `openssl ca` is the only way to say both ends of a validity that OpenSSL 3.0 knows. */
const CONFIG = `
[ca]
default_ca = test
[test]
dir = .
database = index.txt
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
`;
const LONG = ['20200101000000Z', '20991231000000Z'] as const;
const PAST = ['20200101000000Z', '20200201000000Z'] as const;

/** A certificate authority of the test's own. */
export class TestCa {
  readonly directory = mkdtempSync(join(tmpdir(), 'pirack-ca-'));
  /** Its certificate, as an operator would name it in a rack file. */
  readonly file = join(this.directory, 'ca.pem');

  constructor() {
    this.#write('config', CONFIG);
    this.#write('index.txt', '');
    this.#openssl('req', '-x509', ...this.#newKey('ca'), '-out', 'ca.pem', '-subj', '/CN=test CA', '-days', '2');
  }

  /** For a name or an address, such as `DNS:receiver.example`. */
  issue(subject: string, when: 'valid' | 'expired' | 'not yet' = 'valid'): Certificate {
    const [from, until] = when === 'valid' ? LONG : when === 'expired' ? PAST : (['20980101000000Z', LONG[1]] as const);
    this.#write('extensions', `subjectAltName = ${subject}\n`);
    this.#openssl('req', '-new', ...this.#newKey('leaf'), '-out', 'leaf.csr', '-subj', '/CN=leaf');
    const dates = ['-startdate', from, '-enddate', until];
    const by = ['-cert', 'ca.pem', '-keyfile', 'ca.key', '-extfile', 'extensions'];
    this.#openssl(
      'ca',
      '-batch',
      '-notext',
      '-config',
      'config',
      ...by,
      ...dates,
      '-in',
      'leaf.csr',
      '-out',
      'leaf.pem',
    );
    return this.#made('leaf');
  }

  /** Of nobody else. */
  selfSigned(subject: string): Certificate {
    const name = ['-subj', '/CN=leaf', '-addext', `subjectAltName = ${subject}`];
    this.#openssl('req', '-x509', ...this.#newKey('leaf'), '-out', 'leaf.pem', ...name, '-days', '2');
    return this.#made('leaf');
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  #newKey(name: string): readonly string[] {
    return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
  }

  #made(name: string): Certificate {
    const read = (ending: string) => readFileSync(join(this.directory, `${name}.${ending}`));
    return { key: read('key'), cert: read('pem') };
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text);
  }

  #openssl(...args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.directory, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}
