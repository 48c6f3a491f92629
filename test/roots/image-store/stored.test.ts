import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadRackFile } from '../../../src/rack/rack-file.ts';
import { commonDefault, withDefault } from '../../../src/roots/image-store/catalogue.ts';
import { readStoredImages, storedImages } from '../../../src/roots/image-store/stored.ts';
import { KnownImages } from '../../../src/roots/known-images.ts';
import { makeFakeImage, scratchDirectory } from '../support/fake-image.ts';

function store(...images: readonly (readonly [id: string, created: string])[]): string {
  const directory = scratchDirectory();
  for (const [id, created] of images) {
    mkdirSync(join(directory, id));
    writeFileSync(join(directory, id, 'image.json'), JSON.stringify({ created }));
  }
  return directory;
}

const rackFile = (image: string) => `
rack: test
kind: real
zone: test.example.net
trunk: {interface: eth1}
addresses: {ipv4: 10.20.0.0/22, ipv6: 2001:db8:20::/56}
switches:
  - {name: sw, address: 192.0.2.11, snmp: {version: 2c, community: {env: X}}, uplinks: ["48"], budget: 100 W}
slots:
  - {slots: 1-2, switch: sw, ports: 1-2, image: ${JSON.stringify(image)}}
`;

const load = (image: string, directory: string, roots = '/nowhere') =>
  loadRackFile(rackFile(image), {
    path: '/rack.yaml',
    cacheDirectory: '/cache',
    stateDirectory: roots,
    storedImages: storedImages(directory),
  });

test('a name is the version that came last, whatever the versions are called', () => {
  const directory = store(
    ['os@9', '2026-01-01T00:00:00Z'],
    ['os@10', '2026-02-01T00:00:00Z'],
    ['os@8', '2026-03-01T00:00:00Z'],
  );
  mkdirSync(join(directory, '.making-1-2-3'));
  mkdirSync(join(directory, 'broken@1'));
  expect(Object.fromEntries(storedImages(directory))).toEqual({
    os: join(directory, 'os@8'),
    'os:8': join(directory, 'os@8'),
    'os:9': join(directory, 'os@9'),
    'os:10': join(directory, 'os@10'),
  });
  expect(storedImages(join(directory, 'none')).size).toBe(0);
});

test('a rack file names imported images without listing them', () => {
  const directory = store(['os@1', '2026-01-01T00:00:00Z'], ['os@2', '2026-02-01T00:00:00Z']);
  expect(load('os', directory).plan?.images).toMatchObject([{ name: 'os', directory: join(directory, 'os@2') }]);
  expect(load('os:1', directory).plan?.images).toMatchObject([{ name: 'os:1', directory: join(directory, 'os@1') }]);
  const { plan, problems } = load('os:3', directory);
  expect(plan).toBeUndefined();
  expect(problems[0]?.message).toContain('there is no image os:3');
});

test('a board can be given any image of the store, and a root of an older version finds its own', async () => {
  const directory = scratchDirectory();
  for (const version of ['1', '2']) makeFakeImage(join(directory, `fake@${version}`), version);
  const { plan } = load('fake', directory);
  const known = new KnownImages(plan?.images ?? [], () => readStoredImages(directory));
  expect((await known.find('fake')).image.id).toBe('fake@2');
  expect((await known.find('fake:1')).image.id).toBe('fake@1');
  expect(known.get('fake@1')?.planned).toBeUndefined();
  // Gone from the store it cannot be served: who has it is told so instead of being given another.
  renameSync(join(directory, 'fake@1'), join(directory, 'elsewhere'));
  await known.load();
  expect(known.get('fake@1')).toBeUndefined();
  await expect(known.find('fake:1')).rejects.toThrow(/no image fake:1: expected fake:2/);
});

test('an image that a rack file names twice has the settings of the name that is meant', async () => {
  const directory = makeFakeImage(join(scratchDirectory(), 'fake'));
  const trim = (firmware: 'auto' | 'full') => ({ firmware, initramfs: 'keep', kernel: 'keep' }) as const;
  const known = new KnownImages([
    { name: 'whole', directory, trim: trim('full') },
    { name: 'small', directory, trim: trim('auto') },
  ]);
  await known.load();
  expect(known.get('fake@1', 'whole')?.planned?.trim).toEqual(trim('full'));
  expect(known.get('fake@1', 'small')?.planned?.trim).toEqual(trim('auto'));
  // A root of another image than the slot's has that image's settings.
  expect(known.get('fake@1', 'gone')?.image.id).toBe('fake@1');
  expect(known.get('other@1', 'small')).toBeUndefined();
});

test('a rack file that names no image at all gets the default; one that names any gets what it says', () => {
  const directory = store(['debian-12@1', '2026-01-01T00:00:00Z']);
  const images = storedImages(directory);
  const imageOf = (text: string, defaultImage: string | undefined) => {
    const places = { path: '/rack.yaml', cacheDirectory: '/cache', stateDirectory: '/nowhere' };
    const { plan, problems } = loadRackFile(text, { ...places, storedImages: images, defaultImage });
    expect(problems).toEqual([]);
    return [plan?.slots[0]?.image, plan?.images.map((image) => image.directory)];
  };
  const none = rackFile('x').replace(', image: "x"', '');
  expect(imageOf(none, 'debian-12')).toEqual(['debian-12', [join(directory, 'debian-12@1')]]);
  expect(imageOf(none, undefined)).toEqual([undefined, []]);
  expect(imageOf(none, 'gone')).toEqual([undefined, []]);
  expect(imageOf(rackFile('none'), 'debian-12')).toEqual([undefined, []]);
  expect(imageOf(`${none}images:\n  - {name: own, directory: /srv/own}\n`, 'debian-12')[0]).toBeUndefined();
});

test('the default of a machine is what all models with one have', () => {
  const one = withDefault(withDefault({ models: {} }, '3B', 'debian-12'), '4B', 'debian-12');
  expect(commonDefault({ models: {} })).toBeUndefined();
  expect(commonDefault(one)).toBe('debian-12');
  expect(commonDefault(withDefault(one, '4B', 'debian-13'))).toBeUndefined();
  expect(commonDefault(withDefault(one, '4B', undefined))).toBe('debian-12');
});
