/** Changes JPEG files. */

/** The file with Exif data that holds nothing but an orientation, 1 to 8. */
export function withOrientation(jpeg: Uint8Array, orientation: number, order: "II" | "MM"): Uint8Array {
  const little = order === "II";
  const exif = new DataView(new ArrayBuffer(8 + 2 + 12 + 4));
  exif.setUint16(0, order === "II" ? 0x4949 : 0x4d4d);
  exif.setUint16(2, 42, little);
  exif.setUint32(4, 8, little);
  exif.setUint16(8, 1, little);
  exif.setUint16(10, 0x0112, little);
  exif.setUint16(12, 3, little);
  exif.setUint32(14, 1, little);
  exif.setUint16(18, orientation, little);
  const content = [...Buffer.from("Exif\0\0", "latin1"), ...new Uint8Array(exif.buffer)];
  const length = content.length + 2;
  return Uint8Array.from([
    ...jpeg.subarray(0, 2),
    0xff,
    0xe1,
    length >> 8,
    length & 255,
    ...content,
    ...jpeg.subarray(2),
  ]);
}
