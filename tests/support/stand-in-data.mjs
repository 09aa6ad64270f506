// A small stand-in for CIFAR-10 in the same files, so that tests of loading need no download.
//
// Ten classes of striped pictures in small shards; the format is that of crates/datasets/src/shard.rs.

import { createHash } from "node:crypto";

const side = 32;
const pictureBytes = 3 * side * side;
const classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(...parts) {
  let crc = 0xffffffff;
  for (const part of parts) for (const byte of part) crc = crcTable[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Stripes whose direction and width tell the class, in a colour that tells nothing. */
function draw(pixels, label, picture) {
  for (let channel = 0; channel < 3; channel += 1) {
    const tint = (picture * (channel + 3) * 37) % 96;
    for (let index = 0; index < side * side; index += 1) {
      const along = label % 2 ? index % side : Math.floor(index / side);
      const bright = Math.floor(along / (1 + Math.floor(label / 2))) % 2;
      pixels[channel * side * side + index] = tint + 120 * bright;
    }
  }
}

function makeShard(first, count) {
  const bytes = Buffer.alloc(32 + count * (pictureBytes + 1));
  bytes.write("CGSH", 0, "latin1");
  [1, count, 3, side, side, classes.length].forEach((value, index) => bytes.writeUInt32LE(value, 4 + 4 * index));
  for (let index = 0; index < count; index += 1) {
    const label = (first + index) % classes.length;
    draw(bytes.subarray(32 + index * pictureBytes), label, first + index);
    bytes[32 + count * pictureBytes + index] = label;
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 28), bytes.subarray(32)), 28);
  return bytes;
}

/** Files for `serve({ files })`: a manifest and its shards below `data/cifar10/`. */
export function standInData({ trainingShards = 10, testShards = 2, shardLength = 200 } = {}) {
  const files = new Map();
  const shardsOf = (split, count) =>
    Array.from({ length: count }, (_, index) => {
      const file = `${split}-${String(index).padStart(2, "0")}.bin`;
      const bytes = makeShard(index * shardLength, shardLength);
      files.set(`data/cifar10/${file}`, bytes);
      return { file, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
    });
  const manifest = {
    version: 1,
    credit: "Stripes drawn by a test",
    source: "tests/support/stand-in-data.mjs",
    classes,
    shape: [3, side, side],
    shard_len: shardLength,
    held_out_shards: 2,
    mean: [0.5, 0.5, 0.5],
    training: shardsOf("train", trainingShards),
    test: shardsOf("test", testShards),
  };
  files.set("data/cifar10/manifest.json", Buffer.from(JSON.stringify(manifest)));
  return files;
}
