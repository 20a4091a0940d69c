/**
 * Properties that get short names in dist, because minifiers keep the names of properties; that is 0.7 KB of the core
 * library. Users do not see the objects that have them: nodes, ops, loop nests, plans, programs. A name in this list must
 * not be that of a public property or of an exported function, be read by a computed key, or be written to a file,
 * anywhere in src. test/bundled.test.ts checks what can be checked, and trains with the bundle.
 */
const names = `
  addTo allocate allocateCleared alongVector arenaBytes around arrive atomicAdd atomicLoad attrs awaitHelpers beginRun
  branchIf byRow bySize bytesAt channelsLast chosen clockAt combine commandWords computedAgain const consumed
  differentiates dones earliest effects elementsOf evaluator expensive extent factors forEachUse forOutputs fused
  generation geometry globalGet growing guards holes home i32Const i64Const iconst imagesOf inputMatrix inputShape
  instruction interior isAway isBorder isComputedInLoops isFixed isInlined isLong isOutput isRunning isSummed journal
  keepsIntegers keepsZeros keptOrigin keptReads kernelsOf lanes let localGet localSet localTee locate looksBeforeSleep
  lowering madd makeRoom marks matrices moves moveTo numbering ofVariable opcode outerAxis outputMatrix outputsOfGroup
  overwritten ownAt ownBytes placed pmax pmin pointer products readers readOf readProfile reads reduced refuseComputed
  refuseComputing refuseGiven residence residences returns roots rowsPerStrip scratchBytes section sharedMaximum
  sharedWithMaximum signed sized spot stages startMissing steady sumAndDifference summon sumOf sums supply takeAsOlder
  takesMask targetOf tile tilesPerStrip tiling totals unlisted unshared unsigned updates upright usedIn usersOf usesOf
  vector vectorAxis vectors viewOf waitingWork walk weightShape wholePixels writers writes
`;

/** What esbuild's `mangleProps` takes. It chooses names that no other property has. */
export const shortProperties = new RegExp(`^(${names.trim().split(/\s+/).join("|")})$`);
