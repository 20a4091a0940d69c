/**
 * TFRecord, the framing of TensorBoard's event files: for each record its length (8 bytes), the masked CRC-32C of the
 * length, the bytes, and their masked CRC-32C; little-endian. Format: tensorflow.org/tutorials/load_data/tfrecord.
 */

/** The table of CRC-32C (Castagnoli), RFC 3720, appendix B.4: what each byte adds to the register. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let register = byte;
  for (let bit = 0; bit < 8; bit++) register = (register >>> 1) ^ (register & 1 ? 0x82f63b78 : 0);
  return register;
});

export function crc32c(bytes: Uint8Array): number {
  let register = 0xffffffff;
  for (const byte of bytes) register = (register >>> 8) ^ table[(register ^ byte) & 0xff]!;
  return ~register >>> 0;
}

/** TFRecord masks its checksums, because a CRC of bytes that contain their own CRC is weak: they are rotated and offset. */
function masked(bytes: Uint8Array): number {
  const sum = crc32c(bytes);
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}

/** A record as it is stored in the file. */
export function frameRecord(bytes: Uint8Array): Uint8Array {
  const framed = new Uint8Array(16 + bytes.length);
  const view = new DataView(framed.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, masked(framed.subarray(0, 8)), true);
  framed.set(bytes, 12);
  view.setUint32(12 + bytes.length, masked(bytes), true);
  return framed;
}
