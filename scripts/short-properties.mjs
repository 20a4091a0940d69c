/**
 * Properties that get short names in dist, because minifiers keep the names of properties; that is 1 KB of the core
 * library. Users do not see the objects that have them: nodes, ops, loop nests, plans, programs. A name in this list must
 * not be that of a public property, of an exported function or of an enum's member, be read by a computed key, or be
 * written to a file, anywhere in src. test/bundled.test.ts checks what can be checked, and trains with the bundle.
 */
const names = `
  access accumulate addTo allocate allocateCleared along alongVector arenaBytes around arrive atomicAdd attrs
  awaitHelpers beginRun byRow bySize bytesAt channelsLast chosen chunks clockAt combine commandWords computedAgain
  condition const consumed contentsOf convolution copyWithBorder cost counter crew cursor define differentiates dones
  doubles earliest effects elementsOf ensure evaluator expensive extent factors folded forEachUse form forOutputs free
  fused generation geometry guards heap hold holes home iconst ilanes imagesOf include increase inputMatrix inputShape
  instruction interior isAway isBorder isComputedInLoops isFixed isInlined isLong isOutput isRunning isSummed journal
  keepsIntegers keepsZeros keptOrigin keptReads kernelsOf lanes leaves let locals locate looksBeforeSleep lowering
  madd makeRoom marks matrices mergeable moves moveTo numbering ofImage ofVariable opcode outerAxis outputMatrix
  outputsOfGroup overImages overwritten ownAt ownBytes patch phase placed pmax pmin pointer products readBefore
  readers readOf readProfile reads realization reduced refuseComputed refuseComputing refuseGiven refuseUnknown
  residence residences returns roots rowsPerStrip scratchBytes scratchSize section setTo sharedMaximum shrink
  signatures signed sized spot stages startMissing statement steady stray structure suits sumAndDifference summon
  sumOf sumOnly sums supply tables takeAsOlder takesMask targetOf tile tilesPerStrip tiling times totals unlisted
  unshared unsigned updates upright usedIn usersOf usesOf vector vectorAxis vectors viewOf waitingWork walk
  weightShape wholePixels writers writes
`;

/** What esbuild's `mangleProps` takes. It chooses names that no other property has. */
export const shortProperties = new RegExp(`^(${names.trim().split(/\s+/).join("|")})$`);
