import { describe, expect, it } from 'vitest';
import { PI_MODELS, type PiModelName, piModel, piModelByType } from '../../src/pi/models.ts';

describe('PI_MODELS', () => {
  it.each<[PiModelName, number, number, boolean, string]>([
    ['3B', 0x08, 100, false, 'bcm2710-rpi-3-b.dtb'],
    ['3B+', 0x0d, 1000, true, 'bcm2710-rpi-3-b-plus.dtb'],
    ['3A+', 0x0e, 0, false, 'bcm2710-rpi-3-b-plus.dtb'],
    ['CM3+', 0x10, 0, false, 'bcm2710-rpi-cm3.dtb'],
    ['4B', 0x11, 1000, true, 'bcm2711-rpi-4-b.dtb'],
    ['400', 0x13, 1000, false, 'bcm2711-rpi-400.dtb'],
    ['CM4', 0x14, 1000, false, 'bcm2711-rpi-cm4.dtb'],
    ['5', 0x17, 1000, true, 'bcm2712-rpi-5-b.dtb'],
  ])('%s: type 0x%s, %i Mbit/s, PoE header %s, %s', (name, typeByte, nicMbps, poeHeader, deviceTree) => {
    const model = piModel(name);
    expect(model).toMatchObject({ typeByte, nicMbps, poeHeader, deviceTree });
    expect(piModelByType(typeByte)).toBe(model);
  });

  it('names and type bytes are unique', () => {
    expect(new Set(PI_MODELS.map((model) => model.name)).size).toBe(PI_MODELS.length);
    expect(new Set(PI_MODELS.map((model) => model.typeByte)).size).toBe(PI_MODELS.length);
  });

  it('is frozen to the last list', () => {
    for (const model of PI_MODELS) {
      expect(() => Object.assign(model, { nicMbps: 1 })).toThrow(TypeError);
      expect(() => (model.memoryMb as number[]).push(1)).toThrow(TypeError);
    }
    expect(() => (PI_MODELS as unknown[]).pop()).toThrow(TypeError);
  });

  it('a board without Ethernet cannot netboot, and the other way round', () => {
    for (const model of PI_MODELS) expect(model.netboot === 'none', model.name).toBe(model.nicMbps === 0);
  });

  it('knows nothing of type 0x0f, and says what it expects instead of a made-up name', () => {
    expect(piModelByType(0x0f)).toBeUndefined();
    expect(() => piModel('3C' as PiModelName)).toThrow('expected a Raspberry Pi model such as 3B+, got "3C"');
  });
});
