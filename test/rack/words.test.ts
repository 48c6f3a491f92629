import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from '../../src/rack/nearest.ts';
import { formatDuration, parseDuration, parseWatts } from '../../src/rack/quantity.ts';
import { millis } from '../../src/rack/units.ts';

describe('nearest', () => {
  const keys = ['switches', 'slots', 'ports', 'port', 'addresses', 'uplinks'];
  it.each([
    ['adresses', 'addresses'],
    ['slot', 'slots'],
    ['sltos', 'slots'],
    ['Switches', 'switches'],
    ['portt', 'ports'],
    ['uplink', 'uplinks'],
  ])('%s: %s', (word, found) => expect(nearest(word, keys)).toBe(found));
  it.each(['colour', 'x', '', 'a'.repeat(100)])('%s: none', (word) => expect(nearest(word, keys)).toBeUndefined());
  it('is told as a question', () => {
    expect(didYouMean('sltos', keys)).toBe('; did you mean "slots"?');
    expect(didYouMean('colour', keys)).toBe('');
  });
});

describe('parseDuration', () => {
  it.each([
    ['5 s', 5000],
    ['5s', 5000],
    ['300 ms', 300],
    ['2 min', 120_000],
    ['1.5 s', 1500],
    ['24 h', 86_400_000],
    ['0 s', 0],
    [' 7 s ', 7000],
  ])('%j is %i ms', (text, duration) => expect(parseDuration(text)).toBe(duration));
  it.each(['5', 's', '5 seconds', '-5 s', '5 S', '1e3 s', '25 h', '', '5  m', '1,5 s'])('%j is none', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [300, '300 ms'],
    [5000, '5 s'],
    [1500, '1.5 s'],
    [1234, '1234 ms'],
    [120_000, '2 min'],
    [90_000, '1.5 min'],
    [3_600_000, '1 h'],
  ])('%i ms is %s', (duration, text) => {
    expect(formatDuration(millis(duration))).toBe(text);
    expect(parseDuration(text)).toBe(duration);
  });
});

describe('parseWatts', () => {
  it.each([
    ['370 W', 370],
    ['15.4W', 15.4],
    ['0 w', 0],
  ])('%j is %d W', (text, power) => expect(parseWatts(text)).toBe(power));
  it.each(['370', '370 watts', '-3 W', '1e3 W', '0.37 kW', '123456 W', ''])('%j is none', (text) =>
    expect(parseWatts(text)).toBeUndefined(),
  );
});
