export {
  decodeNeighbour,
  encodeNeighbourAdvertisement,
  encodeNeighbourSolicitation,
  type Neighbour,
} from './neighbour.ts';
export { type NdOption, readNdOptions } from './options.ts';
export { decodeRouterAdvertisement, type SeenAdvertisement } from './read-advertisement.ts';
export {
  encodeRouterAdvertisement,
  type PrefixInformation,
  type RouterAdvertisement,
} from './router-advertisement.ts';
export {
  decodeRouterSolicitation,
  encodeRouterSolicitation,
  type RouterSolicitation,
} from './router-solicitation.ts';
export { ICMPV6_OPTION, ICMPV6_TYPE } from './types.ts';
