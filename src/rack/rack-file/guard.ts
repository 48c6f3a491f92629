/**
 * Refuses text that no rack file contains and that YAML parsers are slow or die on: the parser is recursive in nesting
 * and quadratic in anchors. Rack files need six levels and a handful of anchors.
 */

export const MAX_BYTES = 1024 * 1024;
const MAX_BRACKETS = 32;
const MAX_MARKS = 8;
const MAX_ANCHORS = 200;

export interface Refusal {
  /** Into the text; undefined = the file as a whole. */
  readonly offset: number | undefined;
  readonly message: string;
  readonly expected: string;
}

/** The first reason not to parse `text`; undefined where it may be parsed. */
export function refuse(text: string): Refusal | undefined {
  if (text.length > MAX_BYTES) return tooLarge();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.exec(text);
  if (control) {
    const code = control[0].charCodeAt(0).toString(16).padStart(2, '0');
    return {
      offset: control.index,
      message: `the file holds the control byte 0x${code}`,
      expected: 'a YAML text file',
    };
  }
  return refuseDepth(text) ?? refuseAnchors(text);
}

export function tooLarge(): Refusal {
  return { offset: undefined, message: `the file has more than ${MAX_BYTES} bytes`, expected: 'a rack file' };
}

function tooDeep(offset: number): Refusal {
  return { offset, message: 'the file is nested too deeply', expected: 'a rack file, which needs six levels' };
}

/** One pass, because a pattern that looks ahead from every line is quadratic itself. */
function refuseDepth(text: string): Refusal | undefined {
  let brackets = 0;
  /** Marks of nested blocks one after the other on one line: `- - ? - `. */
  let marks = 0;
  let comment = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (character === '\n' || character === '\r') {
      comment = false;
      marks = 0;
    } else if (comment || character === ' ' || character === '\t') {
    } else if (character === '#' && isBlank(text[i - 1])) comment = true;
    else if ('-?:'.includes(character) && isBlank(text[i + 1])) {
      if (++marks > MAX_MARKS) return tooDeep(i);
    } else {
      marks = 0;
      if (character === '[' || character === '{') {
        if (++brackets > MAX_BRACKETS) return tooDeep(i);
      } else if ((character === ']' || character === '}') && brackets > 0) brackets--;
    }
  }
  return undefined;
}

function isBlank(character: string | undefined): boolean {
  return character === undefined || ' \t\r\n'.includes(character);
}

function refuseAnchors(text: string): Refusal | undefined {
  let count = 0;
  for (const match of text.matchAll(/(?<=^|[\s[{,])&/gm)) {
    if (++count > MAX_ANCHORS) {
      return { offset: match.index, message: 'the file has too many anchors', expected: `at most ${MAX_ANCHORS}` };
    }
  }
  return undefined;
}
