/** What an image's own config.txt says about its kernel: it is read and never served. */

export interface ConfigTxt {
  /** In the order of the file, whatever the section: which of them is right is told by the files. */
  readonly kernels: readonly string[];
  readonly initramfs: readonly string[];
  readonly prefix: string | undefined;
}

export function readConfigTxt(text: string): ConfigTxt {
  const kernels: string[] = [];
  const initramfs: string[] = [];
  let prefix: string | undefined;
  for (const raw of text.split('\n')) {
    const line = raw.replace(/#.*/, '').trim();
    const kernel = /^kernel\s*=\s*(\S+)$/.exec(line)?.[1];
    const ramdisk = /^initramfs[\s=]+(\S+)/.exec(line)?.[1] ?? /^ramfsfile\s*=\s*(\S+)$/.exec(line)?.[1];
    if (kernel !== undefined) kernels.push(kernel);
    if (ramdisk !== undefined) initramfs.push(ramdisk);
    prefix = /^os_prefix\s*=\s*(\S+)$/.exec(line)?.[1] ?? prefix;
  }
  return { kernels, initramfs, prefix };
}
