/** The files of a boot tree that are made for one board, by their names below the prefix. */
import { type CmdlineInput, renderCmdline, renderCmdlineTxt } from './cmdline.ts';
import { type ConfigTxtInput, renderConfigTxt } from './config-txt.ts';
import { PXELINUX_FILE, renderPxelinux } from './pxelinux.ts';

export { RenderError } from './ascii.ts';
export { type CmdlineInput, renderCmdline, renderCmdlineTxt } from './cmdline.ts';
export { type ConfigTxtInput, renderConfigTxt } from './config-txt.ts';
export { type ImageBootFacts, imageBootFacts } from './image-facts.ts';
export { PXELINUX_FILE, renderPxelinux } from './pxelinux.ts';
export { trimmed } from './trim.ts';

export type RenderInput = ConfigTxtInput & Omit<CmdlineInput, 'extra'>;

/** What goes into `BootTree.rendered`. Throws a RenderError for a value that may not go into one of the files. */
export function renderFiles({
  model,
  image,
  cutDownFirmware,
  slot,
  nfs,
  rootPath,
}: RenderInput): Record<string, string> {
  const cmdline: CmdlineInput = { slot, nfs, rootPath, extra: image.cmdline ?? '' };
  return {
    'config.txt': renderConfigTxt({ model, image, cutDownFirmware: cutDownFirmware ?? false }),
    'cmdline.txt': renderCmdlineTxt(cmdline),
    [PXELINUX_FILE]: renderPxelinux(image, renderCmdline(cmdline)),
  };
}
