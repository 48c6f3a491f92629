/** Dell N series, and PowerConnect 6200, 7000 and 8000: FASTPATH below an arc of the vendor's own (DNOS-SWITCHING-MIB). */
import type { SwitchDriver } from './driver.ts';
import { family } from './family.ts';
import { fastpathEdge, fastpathPower, fastpathSave, fastpathSwitchport } from './fastpath.ts';

const ROOT = '1.3.6.1.4.1.674.10895.5000.2.6132.1.1';

export const DELL_N: SwitchDriver = family({
  name: 'dell-n',
  title: 'Dell N series and PowerConnect 6200 to 8000',
  // The products' arc is shared with the Radlan models: FASTPATH ends its sysDescr in release and operating system.
  recognise: { sysObjectIds: ['1.3.6.1.4.1.674.10895'], sysDescr: /, *\d+(\.\d+){2,3}, *(VxWorks|Linux)/ },
  writes: 'snmp',
  power: fastpathPower(ROOT),
  portRules: ['ifindex', 'ordinal'],
  vlans: fastpathSwitchport(ROOT),
  save: fastpathSave(ROOT),
  edge: fastpathEdge(ROOT),
  quirks: [
    'By its MIBs: no recording of one is at hand.',
    'The unit of pethMainPseConsumptionPower is not known for sure: other FASTPATH switches have milliwatts.',
  ],
});
