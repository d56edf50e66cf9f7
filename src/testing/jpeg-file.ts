import { type GreyImage } from '../extraction/ocr/render-page.ts'

const BLOCK = 8
/** Of every coefficient: small enough for letters to stay as they are. */
const QUANTUM = 16
/** A code of so many bits for every symbol: longer files than with codes by frequency, and no tables (ITU-T T.81, annex K). */
const DC_BITS = 4
const AC_BITS = 8
const DC_SYMBOLS = Array.from({ length: 12 }, (_, size) => size)
const END_OF_BLOCK = 0x00
const SIXTEEN_ZEROS = 0xf0
const AC_SYMBOLS = [
  END_OF_BLOCK,
  SIXTEEN_ZEROS,
  ...Array.from({ length: 160 }, (_, index) => ((index / 10) << 4) | ((index % 10) + 1)),
]

/** The places of a block's coefficients in the order of the file. */
const ZIGZAG = Array.from({ length: BLOCK * BLOCK }, (_, place) => place).sort((one, other) => {
  const [first, second] = [diagonalOf(one), diagonalOf(other)]
  if (first !== second) return first - second
  return first % 2 === 0 ? other - one : one - other
})

const COSINES = Array.from({ length: BLOCK }, (_, frequency) =>
  Array.from(
    { length: BLOCK },
    (_, at) => Math.cos(((2 * at + 1) * frequency * Math.PI) / 16) * (frequency === 0 ? Math.SQRT1_2 : 1),
  ),
)

/**
 * A baseline JPEG of a grey image.
 * @param exif what the file says about itself: a TIFF, without the header of the segment
 */
export function jpegOf(image: GreyImage, exif?: Uint8Array): Buffer {
  const { width, height } = image
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...(exif === undefined ? [] : [segment(0xe1, [...Buffer.from('Exif\0\0'), ...exif])]),
    segment(0xdb, [0, ...Array<number>(BLOCK * BLOCK).fill(QUANTUM)]),
    segment(0xc0, [8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]),
    segment(0xc4, [0x00, ...countsOf(DC_BITS, DC_SYMBOLS), ...DC_SYMBOLS]),
    segment(0xc4, [0x10, ...countsOf(AC_BITS, AC_SYMBOLS), ...AC_SYMBOLS]),
    segment(0xda, [1, 1, 0x00, 0, 63, 0]),
    scanOf(image),
    Buffer.from([0xff, 0xd9]),
  ])
}

/** An Exif of nothing but the orientation, from 1 (upright) to 8. */
export function exifOf(orientation: number, isLittle: boolean): Buffer {
  const big = Buffer.from('4d4d002a00000008' + '0001' + '01120003000000010000' + '0000' + '00000000', 'hex')
  const little = Buffer.from(
    '49492a0008000000' + '0100' + '12010300010000000000' + '0000' + '00000000',
    'hex',
  )
  const exif = isLittle ? little : big
  exif.writeUInt8(orientation, isLittle ? 18 : 19)
  return exif
}

function segment(marker: number, content: readonly number[]): Buffer {
  const length = content.length + 2
  return Buffer.from([0xff, marker, length >> 8, length & 255, ...content])
}

/** How many codes there are of 1 to 16 bits. */
const countsOf = (bits: number, symbols: readonly number[]): number[] =>
  Array.from({ length: 16 }, (_, index) => (index + 1 === bits ? symbols.length : 0))

function diagonalOf(place: number): number {
  return Math.floor(place / BLOCK) + (place % BLOCK)
}

/** The coefficients of all blocks (T.81, F.1.2). */
function scanOf(image: GreyImage): Buffer {
  let bits = ''
  const put = (value: number, length: number): void => {
    if (length > 0) bits += value.toString(2).padStart(length, '0')
  }
  /** A number of `size` bits; a negative one has those of its complement. */
  const putNumber = (value: number, size: number): void =>
    put(value < 0 ? value + 2 ** size - 1 : value, size)
  let before = 0
  for (let top = 0; top < image.height; top += BLOCK) {
    for (let left = 0; left < image.width; left += BLOCK) {
      const [mean, ...others] = coefficientsOf(image, top, left) as [number, ...number[]]
      put(sizeOf(mean - before), DC_BITS)
      putNumber(mean - before, sizeOf(mean - before))
      before = mean
      let zeros = 0
      for (const value of others.slice(0, others.findLastIndex((value) => value !== 0) + 1)) {
        if (value === 0) zeros++
        else {
          for (; zeros > 15; zeros -= 16) put(AC_SYMBOLS.indexOf(SIXTEEN_ZEROS), AC_BITS)
          put(AC_SYMBOLS.indexOf((zeros << 4) | sizeOf(value)), AC_BITS)
          putNumber(value, sizeOf(value))
          zeros = 0
        }
      }
      if (others.at(-1) === 0) put(AC_SYMBOLS.indexOf(END_OF_BLOCK), AC_BITS)
    }
  }
  const bytes = bits.match(/.{1,8}/g)!.map((byte) => Number.parseInt(byte.padEnd(8, '1'), 2))
  return Buffer.from(bytes.flatMap((byte) => (byte === 0xff ? [0xff, 0] : [byte])))
}

const sizeOf = (value: number): number => (value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1)

/** Of the block at this pixel, by a cosine transform, in the order of the file; what is beyond the image is white. */
function coefficientsOf({ width, height, pixels }: GreyImage, top: number, left: number): number[] {
  const values = Array.from({ length: BLOCK }, (_, row) =>
    Array.from({ length: BLOCK }, (_, column) => {
      const [y, x] = [top + row, left + column]
      return (y < height && x < width ? pixels[y * width + x]! : 255) - 128
    }),
  )
  const rows = values.map((row) => COSINES.map((cosine) => sumOf(cosine, (factor, at) => factor * row[at]!)))
  return ZIGZAG.map((place) => {
    const [down, across] = [Math.floor(place / BLOCK), place % BLOCK]
    const sum = sumOf(COSINES[down]!, (factor, at) => factor * rows[at]![across]!)
    return Math.round(sum / 4 / QUANTUM)
  })
}

const sumOf = (values: readonly number[], of: (value: number, index: number) => number): number =>
  values.reduce((sum, value, index) => sum + of(value, index), 0)
