/**
 * Affine maps as matrices. A moved image's pixel reads the input where the inverse map leads; places are counted from the
 * image's centre, so that a rotation turns about it. Formulas: `_get_inverse_affine_matrix` of torchvision's
 * `transforms/functional.py`.
 */

/** [a, b, c, d, e, f]: the result's place (x, y) reads the input at (a·x + b·y + c, d·x + e·y + f). */
export type InverseMatrix = readonly [number, number, number, number, number, number];

export interface AffineParameters {
  /** Degrees, clockwise. */
  readonly angle: number;
  /** Pixels to the right and down. */
  readonly translate: readonly [x: number, y: number];
  /** Above 1 enlarges. */
  readonly scale: number;
  /** Degrees along x and along y. */
  readonly shear: readonly [x: number, y: number];
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The inverse of: shear, rotate and scale about the centre, then translate. */
export function inverseMatrix({ angle, translate: [tx, ty], scale, shear }: AffineParameters): InverseMatrix {
  const turn = radians(angle);
  const [sx, sy] = [radians(shear[0]), radians(shear[1])];
  const a = Math.cos(turn - sy) / Math.cos(sy);
  const b = (-Math.cos(turn - sy) * Math.tan(sx)) / Math.cos(sy) - Math.sin(turn);
  const c = Math.sin(turn - sy) / Math.cos(sy);
  const d = (-Math.sin(turn - sy) * Math.tan(sx)) / Math.cos(sy) + Math.cos(turn);
  // [a b; c d] has determinant 1: rotation and shear keep areas.
  const [p, q, r, s] = [d / scale, -b / scale, -c / scale, a / scale];
  return [p, q, -(p * tx + q * ty), r, s, -(r * tx + s * ty)];
}

/** The same map of places that are counted from the upper left pixel instead of the centre. */
export function fromCorner([a, b, c, d, e, f]: InverseMatrix, height: number, width: number): InverseMatrix {
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  return [a, b, c + middleX - a * middleX - b * middleY, d, e, f + middleY - d * middleX - e * middleY];
}
