/**
 * Affine maps as matrices. Each pixel of a moved image reads the input at the position given by the inverse map.
 * Positions are relative to the image's centre, so that rotations turn about it. Formulas: `_get_inverse_affine_matrix`
 * of torchvision's `transforms/functional.py`.
 */

/** [a, b, c, d, e, f]: the result at (x, y) reads the input at (a·x + b·y + c, d·x + e·y + f). */
export type InverseMatrix = readonly [number, number, number, number, number, number];

export interface AffineParameters {
  /** In degrees, clockwise. */
  readonly angle: number;
  /** In pixels, to the right and down. */
  readonly translate: readonly [x: number, y: number];
  /** Values above 1 enlarge the image. */
  readonly scale: number;
  /** In degrees, along x and along y. */
  readonly shear: readonly [x: number, y: number];
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The inverse of this map: shear, rotate and scale about the centre, then translate. */
export function inverseMatrix({ angle, translate: [tx, ty], scale, shear }: AffineParameters): InverseMatrix {
  const turn = radians(angle);
  const [sx, sy] = [radians(shear[0]), radians(shear[1])];
  const a = Math.cos(turn - sy) / Math.cos(sy);
  const b = (-Math.cos(turn - sy) * Math.tan(sx)) / Math.cos(sy) - Math.sin(turn);
  const c = Math.sin(turn - sy) / Math.cos(sy);
  const d = (-Math.sin(turn - sy) * Math.tan(sx)) / Math.cos(sy) + Math.cos(turn);
  // [a b; c d] has determinant 1, because rotation and shear preserve areas.
  const [p, q, r, s] = [d / scale, -b / scale, -c / scale, a / scale];
  return [p, q, -(p * tx + q * ty), r, s, -(r * tx + s * ty)];
}

/** The same map for positions relative to the upper left pixel instead of the centre. */
export function fromCorner([a, b, c, d, e, f]: InverseMatrix, height: number, width: number): InverseMatrix {
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  return [a, b, c + middleX - a * middleX - b * middleY, d, e, f + middleY - d * middleX - e * middleY];
}
