/**
 * Properties that get short names in dist, because minifiers keep the names of properties; that is 0.7 KB of the core
 * library. Users do not see the objects that have them: nodes, ops, loop nests, plans, programs. A name in this list must
 * not be that of a public property or of an exported function, be read by a computed key, or be written to a file,
 * anywhere in src. test/bundled.test.ts checks what can be checked, and trains with the bundle.
 */
const names = `
  addTo allocate allocateCleared alongVector arenaBytes around arrive atomicAdd atomicLoad attrs branchIf byRow bySize
  bytesAt channelsLast chosen clockAt combine commandWords computedAgain const differentiates earliest elementsOf
  evaluator expensive extent factors forEachUse forOutputs fused generation geometry globalGet growing holes home
  i32Const i64Const iconst imagesOf inputMatrix inputShape instruction interior isBorder isComputedInLoops isFixed
  isInlined isLong isOutput isRunning isSummed journal keepsIntegers keepsZeros keptReads kernelsOf lanes let localGet
  localSet localTee locate lowering madd marks matrices moveTo moves numbering opcode outerAxis outputMatrix
  outputsOfGroup ownBytes placed pmax pmin pointer products readOf readProfile readers reads reduced refuseComputing
  refuseGiven residence residences returns roots rowsPerStrip scratchBytes section sharedMaximum sharedWithMaximum
  signed sized spot stages steady sumAndDifference sumOf sums takesMask targetOf tile tilesPerStrip tiling totals
  unsigned updates upright usersOf usesOf vector vectorAxis vectors viewOf waitingWork walk weightShape wholePixels
  writers writes
`;

/** What esbuild's `mangleProps` takes. It chooses names that no other property has. */
export const shortProperties = new RegExp(`^(${names.trim().split(/\s+/).join("|")})$`);
