import { parseXml, XmlError } from '../../../src/switches/ssh/junos/xml.ts';
import { ascii, type FuzzTarget } from '../target.ts';

/** What a switch answers over NETCONF. */
export const xml: FuzzTarget = {
  seeds: [
    ascii(
      '<?xml version="1.0"?><rpc-reply message-id="7" xmlns:junos="http://xml.juniper.net/junos/x"><ok/></rpc-reply>',
    ),
    ascii(
      '<rpc-reply><poe><interface-information><interface-name>ge-0/0/7</interface-name><interface-power junos:format="6.1W">6100</interface-power></interface-information></poe></rpc-reply>',
    ),
    ascii('<a><!-- said --><b c="1" d=\'2\'>x &lt;&amp;&#65;&#x42; y</b><![CDATA[<z>]]></a>'),
  ],
  check(bytes) {
    try {
      parseXml(Buffer.from(bytes).toString('latin1'));
      return true;
    } catch (error) {
      if (error instanceof XmlError) return false;
      throw error;
    }
  },
};
