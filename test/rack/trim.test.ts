import { describe, expect, it } from 'vitest';
import { load, rackText } from './support/rack-text.ts';

const withTrim = (trim: string) => {
  const image = '{name: debian, directory: cache:images/debian}';
  return load(rackText({}).replace(image, `${image.slice(0, -1)}, trim: ${trim}}`));
};

describe('trim of an image', () => {
  it('is by default what no image has to be made for', () => {
    expect(load(rackText({})).plan?.images[0]?.trim).toEqual({ firmware: 'auto', initramfs: 'keep', kernel: 'keep' });
  });

  it('takes each setting for itself', () => {
    expect(withTrim('{initramfs: none}').plan?.images.map(({ trim }) => trim.initramfs)).toEqual([
      'none',
      'keep',
      'keep',
    ]);
    expect(withTrim('{firmware: full, kernel: compress}').plan?.images[0]?.trim).toEqual({
      firmware: 'full',
      initramfs: 'keep',
      kernel: 'compress',
    });
  });

  it.each([
    ['{firmware: small}', 'firmware is "small"', 'auto or full'],
    ['{kernal: compress}', 'unknown key "kernal"; did you mean "kernel"?', ''],
    ['none', 'trim is "none"', '{firmware: auto, initramfs: keep, kernel: keep}'],
  ])('%s is told with what was expected', (trim, message, expected) => {
    const { plan, problems } = withTrim(trim);
    expect(plan).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.expected).toContain(expected);
  });
});
