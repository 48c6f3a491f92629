import { decodeMessage, encodeCall, messageLength } from '../../../src/roots/exports/dbus-message.ts';
import { orRefusal } from '../fuzz.ts';
import { type FuzzTarget, hex } from '../target.ts';

const EXPORT_MANAGER = { destination: 'org.ganesha.nfsd', path: '/org/ganesha/nfsd/ExportMgr', serial: 7 };
const call = (args: readonly (string | number)[]) =>
  encodeCall({ ...EXPORT_MANAGER, interface: 'org.ganesha.nfsd.exportmgr', member: 'AddExport', args });

/** What the NFS server says on the message bus. */
export const dbus: FuzzTarget = {
  seeds: [
    call([]),
    call(['/run/x/exports/1002.conf', 'EXPORT(Export_Id=1002)']),
    call([1002]),
    // An error with one string, as of an export that is not there.
    hex(
      `6c03010132000000070000005d00000006017300040000003a312e330000000004017300260000006f72672e667265656465736b746f702e444275732e457272
       6f722e496e76616c69644172677300000501750004000000080167000173000007017300040000003a312e31000000002d0000006c6f6f6b75705f6578706f7274206661696c656420776974
       68204578706f7274206964206e6f7420666f756e6400`,
    ),
  ],
  check(bytes) {
    orRefusal(() => messageLength(bytes));
    return orRefusal(() => decodeMessage(bytes)) !== undefined;
  },
};
