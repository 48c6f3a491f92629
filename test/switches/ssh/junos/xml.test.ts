import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { XmlElement } from '../../../../src/switches/ssh/junos/xml.ts';
import { all, escapeXml, parseXml, textOf, XmlError } from '../../../../src/switches/ssh/junos/xml.ts';

describe('XML of a NETCONF server', () => {
  it('is elements with their own text, without prefixes and without the lines around values', () => {
    const root = parseXml(
      '<?xml version="1.0"?>\n<!-- hello --><rpc-reply xmlns:junos="urn:x" message-id="7"><a junos:seconds="12">\nge-0/0/1\n</a><b/><c>x<d>y</d>z</c></rpc-reply>\n',
    );
    expect(root.name).toBe('rpc-reply');
    expect(root.attributes.get('message-id')).toBe('7');
    expect(textOf(root, 'a')).toBe('ge-0/0/1');
    expect(root.children[0]?.attributes.get('seconds')).toBe('12');
    expect(textOf(root, 'b')).toBeUndefined();
    expect(textOf(root, 'c')).toBe('xz');
    expect(all(root, 'd').map(({ text }) => text)).toEqual(['y']);
  });

  it.each([
    ['&amp;&lt;&gt;&quot;&apos;&#65;&#x42;', '&<>"\'AB'],
    ['<![CDATA[<b>&amp;]]>', '<b>&amp;'],
    ['one<!-- <two> -->three', 'onethree'],
    ['a<?pi x="<"?>b', 'ab'],
  ])('%s is %s', (inside, text) => {
    expect(parseXml(`<a>${inside}</a>`).text).toBe(text);
  });

  it.each([
    ['', 'no element'],
    ['text only', 'outside of the root'],
    ['<a>', '<a> is not closed'],
    ['<a></b>', '</b> closes <a>'],
    ['</a>', 'closes nothing'],
    ['<a/><b/>', 'a second root'],
    ['<a>&nbsp;</a>', 'an unknown entity'],
    ['<a>&amp</a>', 'an unknown entity'],
    ['<a>& b</a>', 'an unknown entity'],
    ['<a>&#x110000;</a>', 'an unknown entity'],
    ['<a>&constructor;</a>', 'an unknown entity'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'not well-formed'],
    ['<a b=c/>', 'not well-formed'],
    ['<a b="<"/>', 'not well-formed'],
    ['<a><!-- no end</a>', '<!-- without -->'],
    ['<a><![CDATA[no end</a>', '<![CDATA[ without ]]>'],
    [`${'<a>'.repeat(65)}${'</a>'.repeat(65)}`, 'deeper than 64'],
    ['<a>1 < 2</a>', 'not well-formed'],
  ])('refuses %s', (source, words) => {
    expect(() => parseXml(source)).toThrow(words);
    expect(() => parseXml(source)).toThrow(XmlError);
  });

  it('is quick and safe with megabytes of anything', () => {
    const comment = `<a><!--${'- '.repeat(2_000_000)}--></a>`;
    expect(parseXml(comment).text).toBe('');
    expect(() => parseXml(`<a ${'b="c" '.repeat(200_000)}`)).toThrow(XmlError);
    expect(parseXml(`<a>${'<b>c</b>'.repeat(100_000)}</a>`).children).toHaveLength(100_000);
  });

  it('never throws anything else', () => {
    const pieces = fc.constantFrom(
      '<a>',
      '</a>',
      '<b c="d"/>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '&lt;',
      '&',
      '<',
      '>',
      '"',
      'x',
      '<?',
      '?>',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((parts) => parts.join('')),
        ),
        (source) => {
          try {
            parseXml(source);
          } catch (error) {
            expect(error).toBeInstanceOf(XmlError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('reads back what was escaped', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseXml(`<a>${escapeXml(text)}</a>`).text).toBe(text.trim());
      }),
    );
    const element: XmlElement = parseXml(`<a>${escapeXml(']]>]]>')}</a>`);
    expect(element.text).toBe(']]>]]>');
    expect(escapeXml(']]>]]>')).not.toContain(']]>');
  });
});
