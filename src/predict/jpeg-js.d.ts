/** The decoder alone; the package's own types describe a module that also contains the encoder. */
declare module "jpeg-js/lib/decoder.js" {
  export default function decode(
    bytes: Uint8Array,
    options: {
      readonly useTArray: true;
      readonly formatAsRGBA: boolean;
      readonly tolerantDecoding: boolean;
      readonly maxResolutionInMP: number;
      readonly maxMemoryUsageInMB: number;
    },
  ): { readonly width: number; readonly height: number; readonly data: Uint8Array };
}
